using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(FunctionsHost.Tests.Support.SharedApp))]

namespace FunctionsHost.Tests.Support;

/// <summary>The sample app on a host of its own.</summary>
internal sealed class SampleApp : IAsyncDisposable
{
    private SampleApp(FunctionAppHost host, string storage, LogSink log)
    {
        (Host, Storage, Log) = (host, storage, log);
        Http = new HttpClient { BaseAddress = new Uri(host.BaseUrl, "api/") };
    }

    public FunctionAppHost Host { get; }

    public string Storage { get; }

    public LogSink Log { get; }

    /// <summary>Calls the app's functions.</summary>
    public HttpClient Http { get; }

    /// <summary>What the app is run with, unless a test wants something else.</summary>
    public static Dictionary<string, string?> Settings(string storage) => new()
    {
        ["AzureWebJobsStorage"] = storage,
        ["WORK_QUEUE"] = "work",
        ["TICKS"] = "0 0 0 1 1 *",
        ["YEARLY_QUEUE"] = "yearly",
        ["AzureFunctionsJobHost__extensions__durableTask__hubName"] = "Tests",
        ["AzureWebJobs.Disabled.Disabled"] = "true",
    };

    public static async Task<SampleApp> StartAsync(string storage, IReadOnlyDictionary<string, string?>? settings = null, FunctionAppOptions? options = null)
    {
        LogSink log = new();
        Dictionary<string, string?> all = Settings(storage);
        foreach ((string name, string? value) in settings ?? new Dictionary<string, string?>())
            all[name] = value;
        options ??= new FunctionAppOptions { AppFolder = Paths.SampleApp };
        FunctionAppHost host = await FunctionAppHost.StartAsync(
            options with { Settings = _ => all, UseEnvironmentVariables = false, ConfigureLogging = logging => logging.AddProvider(log) },
            TestContext.Current.CancellationToken);
        return new SampleApp(host, storage, log);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Host.DisposeAsync();
    }
}

/// <summary>The sample app that most tests use, and the storage of all.</summary>
public sealed class SharedApp : IAsyncLifetime
{
    public Azurite Azurite { get; } = new();

    internal SampleApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await Azurite.InitializeAsync();
        App = await SampleApp.StartAsync(
            Azurite.NewAccount(), new Dictionary<string, string?> { ["TICKS"] = "* * * * * *" },
            new FunctionAppOptions { AppFolder = Paths.SampleApp, Webhooks = ["blobs", "durabletask"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (App is not null)
            await App.DisposeAsync();
        await Azurite.DisposeAsync();
    }
}

/// <summary>The sample app's Durable client, over HTTP.</summary>
internal static class DurableCalls
{
    public static async Task<string> StartAsync(this SampleApp app, string orchestrator, object? input, string? id = null)
    {
        id ??= Guid.NewGuid().ToString("N");
        using HttpResponseMessage response = await app.Http.PostAsync($"start/{orchestrator}/{id}", JsonContent.Create(input));
        response.EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>The instance, when it has ended.</summary>
    public static Task<Instance> ResultAsync(this SampleApp app, string id) => app.Http.GetFromJsonAsync<Instance>($"result/{id}")!;

    public static Task<Instance?> StatusAsync(this SampleApp app, string id) => app.Http.GetFromJsonAsync<Instance>($"status/{id}");

    public static async Task<Instance> RunAsync(this SampleApp app, string orchestrator, object? input) => await app.ResultAsync(await app.StartAsync(orchestrator, input));

    public static async Task<string> ManageAsync(this SampleApp app, string what, string id, string text = "")
    {
        using HttpResponseMessage response = await app.Http.PostAsync($"manage/{what}/{id}", new StringContent(text));
        return response.EnsureSuccessStatusCode().IsSuccessStatusCode ? await response.Content.ReadAsStringAsync() : "";
    }

    public static Task WaitForStatusAsync(this SampleApp app, string id, string status, string? custom = null) => Eventually.GetAsync(async () =>
        await app.StatusAsync(id) is { } found && found.Status == status && (custom is null || found.SerializedCustomStatus == custom) ? found : null);
}

internal sealed record Instance(string Status, string? SerializedOutput, string? SerializedCustomStatus)
{
    public T Output<T>() => JsonSerializer.Deserialize<T>(SerializedOutput!)!;
}
