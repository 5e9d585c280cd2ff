using System.Diagnostics;
using System.Text.Json.Nodes;
using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>What a card tells of its job, and what can be done with it.</summary>
public sealed class CardTests(StudioFixture studio)
{
    private const string Prompt = "It's a \"cat\" $HOME `date` \\ playing piano";

    [Fact]
    public Task Before_evolink_has_the_task_a_card_says_what_is_waited_for_and_shows_no_measure() => studio.VisitAsync(async visitor =>
    {
        const string message = "Evolink refuses this app's key (Evolink:ApiKey). Jobs go on by themselves once it is right.";
        await visitor.EditTasksAsync(task =>
        {
            task.Remove("evolink_task_id");
            (task["status"], task["phase"], task["progress"]) = ("pending", "parked", 0);
            task["waiting_for"] = new JsonObject { ["code"] = "evolink_unauthorized", ["message"] = message, ["since"] = "2026-01-01T00:00:00Z" };
        });
        await visitor.OpenAsync();
        await visitor.DropAsync(Pictures.Cat);
        await visitor.Page.FillAsync("#prompt", "With a wrong key");
        await visitor.Page.ClickAsync("#submit");
        ILocator card = visitor.Card("With a wrong key");
        await Expect(card.Locator(".waiting")).ToHaveTextAsync(message);
        await Expect(card.Locator(".phase")).ToHaveTextAsync("Waiting");
        await Expect(card.Locator(".left")).ToHaveTextAsync("");
        await Expect(card.Locator(".bar")).ToBeHiddenAsync();
    });

    [Fact]
    public Task The_request_is_copied_as_a_command_that_a_shell_reads_as_it_was_and_as_a_program() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.StartAsync(Prompt);
        string command = await CopyAsync(visitor, "Copy as curl");
        // The shell itself says what curl would be given.
        ProcessStartInfo start = new("sh", ["-c", $"curl() {{ printf '%s\\n' \"$@\"; }}; uuidgen() {{ echo 1; }}; KEY=k; {command}"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process shell = Process.Start(start)!;
        string[] words = (await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
        Assert.Contains($"{visitor.Home}v1/videos/generations", words);
        Assert.Contains("Authorization: Bearer k", words);
        JsonNode request = JsonNode.Parse(words[Array.IndexOf(words, "-d") + 1])!;
        Assert.Equal((Prompt, 5, "cat.png"), (request["prompt"]!.GetValue<string>(), request["duration"]!.GetValue<int>(), request["reference"]!.GetValue<string>()));
        Assert.DoesNotContain(visitor.Key, command, StringComparison.Ordinal);

        string program = await CopyAsync(visitor, "Copy as C#");
        Assert.Contains("""Prompt = "It's a \"cat\" $HOME `date` \\ playing piano",""", program, StringComparison.Ordinal);
        Assert.Contains($"BaseUrl = new Uri(\"{visitor.Home.GetLeftPart(UriPartial.Authority)}\")", program, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_menu_is_walked_by_keyboard_and_gives_the_focus_back() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync();
        ILocator more = visitor.Cards.Locator(".more");
        await more.FocusAsync();
        await visitor.Page.Keyboard.PressAsync("Enter");
        await Expect(visitor.Page.GetByRole(AriaRole.Menuitem).First).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("End");
        await Expect(visitor.Page.GetByRole(AriaRole.Menuitem).Last).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(visitor.Page.GetByRole(AriaRole.Menuitem).First).ToBeFocusedAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");
        await Expect(visitor.Page.GetByRole(AriaRole.Menu)).ToHaveCountAsync(0);
        await Expect(more).ToBeFocusedAsync();

        await visitor.Cards.Locator(".id").ClickAsync();
        await Expect(visitor.Page.Locator("#toast")).ToContainTextAsync("The id is copied");
        Assert.Equal(job.Value, await visitor.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    });

    [Fact]
    public Task A_video_is_deleted_after_a_question() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync();
        await visitor.EndAsync(job);
        await Expect(visitor.Cards).ToHaveAttributeAsync("data-status", "completed");
        await ChooseAsync(visitor, "Delete…");
        await visitor.Page.ClickAsync("#delete-dialog button[value=no]");
        await Expect(visitor.Cards).ToHaveCountAsync(1);
        await ChooseAsync(visitor, "Delete…");
        await visitor.Page.ClickAsync("#delete-dialog button[value=yes]");

        await Expect(visitor.Page.Locator("#empty")).ToBeVisibleAsync();
        Assert.Null(await studio.App.Store.FindAsync(job, CancellationToken.None));
        Assert.Equal(0, await visitor.JobsAsync());
    });

    [Fact]
    public Task A_portrait_is_shown_whole_with_length_cost_webhook_and_the_picture_beside_the_video() => studio.VisitAsync(async visitor =>
    {
        await visitor.EditTasksAsync(task => task["webhook"] = new JsonObject { ["host"] = "example.com", ["state"] = "delivered", ["calls"] = new JsonArray() });
        await visitor.OpenAsync();
        await visitor.DropAsync(TestImages.Png(400, 900), "tall.png");
        JobId job = await visitor.StartFilledAsync("A tower");
        await visitor.EndAsync(job);
        ILocator card = visitor.Card("A tower");
        await Expect(card.Locator(".what")).ToHaveTextAsync("Finished · 5 s · 720p · 50 credits charged");
        await Expect(card.Locator(".source")).ToHaveTextAsync("tall.png");
        await Expect(card.Locator(".hook")).ToHaveTextAsync("example.com: told");
        await Expect(card.Locator(".picture")).ToHaveCSSAsync("object-fit", "contain");

        await card.Locator(".play").ClickAsync();
        await visitor.Page.WaitForFunctionAsync("() => document.querySelector('.card video')?.currentTime > 0.1");
        // Small, and in sight above the video.
        Assert.True(await visitor.Page.EvaluateAsync<bool>(
            """
            () => {
              const [picture, video] = ['.picture', 'video'].map(name => document.querySelector(`.card ${name}`));
              const [small, large] = [picture, video].map(part => part.getBoundingClientRect());
              return small.width > 20 && small.width < large.width / 2 && document.elementFromPoint(small.x + small.width / 2, small.y + small.height / 2) === picture;
            }
            """));
    });

    private static Task ChooseAsync(Visitor visitor, string item) => visitor.ChooseAsync(visitor.Cards.First, item);

    private static async Task<string> CopyAsync(Visitor visitor, string item)
    {
        await ChooseAsync(visitor, item);
        await Expect(visitor.Page.Locator("#toast")).ToContainTextAsync("The request is copied. Put a key where it says KEY.");
        return await visitor.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
    }
}
