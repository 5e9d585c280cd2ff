using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;
using Microsoft.Playwright;

namespace Studio.Tests.Support;

/// <summary>Somebody at the studio, with a key and a browser.</summary>
public sealed class Visitor
{
    /// <summary>How long, in milliseconds, what ought to happen in the page is waited for.</summary>
    public const int Patience = 30_000;

    private readonly TestApp _app;
    private readonly ConcurrentQueue<string> _complaints = new();

    private Visitor(TestApp app, IPage page, string key) => (_app, Page, Key) = (app, page, key);

    public IPage Page { get; }

    public string Key { get; }

    public Uri Home => _app.Host.BaseUrl;

    /// <summary>The link as <c>serve</c> prints it.</summary>
    public string Link => $"{Home.GetLeftPart(UriPartial.Authority)}/#key={Key}";

    public ILocator Cards => Page.Locator(".card");

    /// <summary>Parts of the console's complaints that belong to the test, such as an answer that is wanted to be 401.</summary>
    public List<string> Expected { get; } = [];

    public static async Task<Visitor> ArriveAsync(TestApp app, IBrowserContext profile, string key)
    {
        await profile.AddInitScriptAsync("window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(`${e.effectiveDirective} ${e.blockedURI}`));");
        Visitor visitor = new(app, await profile.NewPageAsync(), key);
        visitor.Page.SetDefaultTimeout(Patience);
        visitor.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                visitor._complaints.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        visitor.Page.PageError += (_, error) => visitor._complaints.Enqueue(error);
        return visitor;
    }

    public async Task OpenAsync()
    {
        await Page.GotoAsync(Link);
        await Page.Locator("#empty:visible, .card").First.WaitForAsync();
    }

    /// <summary>Drops a file on the page as a mouse would.</summary>
    public Task DropAsync(byte[] file, string name = "cat.png", string type = "image/png") => DropAsync((name, file, type));

    /// <summary>Drops several files at once.</summary>
    public async Task DropAsync(params (string Name, byte[] File, string Type)[] files)
    {
        IJSHandle transfer = await Page.EvaluateHandleAsync(
            """
            files => {
              const transfer = new DataTransfer();
              for (const [name, base64, type] of files)
                transfer.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], name, { type }));
              return transfer;
            }
            """,
            files.Select(file => new[] { file.Name, Convert.ToBase64String(file.File), file.Type }));
        await DropAsync(transfer);
    }

    /// <summary>Drops what another page says of an image of its own, without the file.</summary>
    public async Task DropFromPageAsync(string html) => await DropAsync(await Page.EvaluateHandleAsync(
        "html => { const transfer = new DataTransfer(); transfer.setData('text/html', html); transfer.setData('text/uri-list', 'https://example.com/page'); return transfer; }", html));

    /// <summary>Waits until what was chosen is there, or refused.</summary>
    public Task ImagesAsync() => Page.WaitForFunctionAsync("() => !document.querySelector('#drop').classList.contains('busy')");

    /// <summary>Changes what the app answers about jobs, before the page sees it.</summary>
    public Task EditTasksAsync(Action<JsonObject> edit) => Page.RouteAsync("**/v1/tasks?**", async route =>
    {
        IAPIResponse answer = await route.FetchAsync();
        JsonNode body = JsonNode.Parse(await answer.TextAsync())!;
        foreach (JsonNode? task in body["data"]!.AsArray())
            edit(task!.AsObject());
        await route.FulfillAsync(new RouteFulfillOptions { Response = answer, Body = body.ToJsonString() });
    });

    private async Task DropAsync(IJSHandle transfer)
    {
        await Page.DispatchEventAsync("#drop", "dragover", new { dataTransfer = transfer });
        await Page.DispatchEventAsync("#drop", "drop", new { dataTransfer = transfer });
    }

    /// <summary>Makes a job through the page, and waits until Evolink works on it.</summary>
    public async Task<JobId> StartAsync(string prompt = "A cat playing piano")
    {
        await DropAsync(Pictures.Cat);
        return await StartFilledAsync(prompt);
    }

    /// <summary>The same with the image that is there, as soon as the form is ready for it.</summary>
    public async Task<JobId> StartFilledAsync(string prompt)
    {
        await Page.FillAsync("#prompt", prompt);
        await Page.Locator("#submit[aria-disabled=false]").ClickAsync();
        return await GeneratingAsync(prompt);
    }

    /// <summary>The job of the card with this prompt, when Evolink works on it.</summary>
    public async Task<JobId> GeneratingAsync(string prompt)
    {
        ILocator card = Card(prompt);
        await card.And(Page.Locator("[data-status=processing]")).WaitForAsync();
        return JobId.Parse((await card.GetAttributeAsync("data-id"))!);
    }

    /// <summary>Chooses from the menu of a card.</summary>
    public async Task ChooseAsync(ILocator card, string item)
    {
        await card.Locator(".more").ClickAsync();
        await Page.GetByRole(AriaRole.Menuitem, new() { Name = item, Exact = true }).ClickAsync();
    }

    public ILocator Card(string prompt) => Cards.Filter(new LocatorFilterOptions { HasText = prompt });

    /// <summary>Lets the simulated Evolink finish a job's task now, or fail it.</summary>
    public async Task EndAsync(JobId id, string? failure = null)
    {
        string task = (await _app.Store.ReadAsync(id, CancellationToken.None)).CurrentAttempt!.TaskId!;
        using HttpClient http = new() { BaseAddress = _app.Simulator.BaseUrl };
        using HttpResponseMessage answer = failure is null
            ? await http.PostAsync($"_simulator/tasks/{task}/complete", null)
            : await http.PostAsJsonAsync($"_simulator/tasks/{task}/fail", new { code = failure, message = "The prompt was refused." });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How many jobs the app knows of this visitor.</summary>
    public async Task<int> JobsAsync()
    {
        using HttpClient http = _app.Client(Key);
        return (await http.GetFromJsonAsync<JsonElement>("v1/tasks?limit=100")).GetProperty("data").GetArrayLength();
    }

    public async Task AssertNothingWentWrongAsync()
    {
        Assert.Empty(await Page.EvaluateAsync<string[]>("window.violations ?? []"));
        Assert.DoesNotContain(_complaints, complaint => !Expected.Exists(part => complaint.Contains(part, StringComparison.Ordinal)));
    }
}
