using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>Many videos: found, grouped, looked at in large, and downloaded together.</summary>
public sealed class FindTests(StudioFixture studio)
{
    [Fact]
    public Task Videos_are_found_by_text_state_and_day() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId done = await visitor.StartAsync("A cat playing piano");
        await visitor.StartFilledAsync("A dog playing chess");
        await visitor.EndAsync(done);
        await Expect(visitor.Page.Locator("[data-status=completed]")).ToHaveCountAsync(1);

        await visitor.Page.FillAsync("#search", "CHESS");
        await Expect(visitor.Cards).ToHaveCountAsync(1);
        await Expect(visitor.Cards).ToContainTextAsync("A dog playing chess");
        await visitor.Page.SelectOptionAsync("#state", new SelectOptionValue { Label = "Finished" });
        await Expect(visitor.Page.Locator("#no-match")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("#empty")).ToBeHiddenAsync();
        await visitor.Page.FillAsync("#search", "");
        await Expect(visitor.Cards).ToContainTextAsync("A cat playing piano");
        await visitor.Page.SelectOptionAsync("#state", new SelectOptionValue { Label = "Under way" });
        await Expect(visitor.Cards).ToContainTextAsync("A dog playing chess");

        await visitor.Page.SelectOptionAsync("#state", new SelectOptionValue { Label = "All states" });
        string today = await visitor.Page.EvaluateAsync<string>("new Date().toLocaleDateString('sv')");
        string before = DateTime.ParseExact(today, "yyyy-MM-dd", CultureInfo.InvariantCulture).AddDays(-3).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await visitor.Page.FillAsync("#day", before);
        await Expect(visitor.Page.Locator("#no-match")).ToBeVisibleAsync();
        await visitor.Page.FillAsync("#day", today);
        await Expect(visitor.Cards).ToHaveCountAsync(2);
        await visitor.Page.FillAsync("#day", before);
        await visitor.Page.ClickAsync("#show-all");
        await Expect(visitor.Cards).ToHaveCountAsync(2);
    });

    [Fact]
    public Task A_batch_from_elsewhere_is_a_group_that_is_opened_and_cancelled() => studio.VisitAsync(async visitor =>
    {
        using HttpClient http = studio.App.Client(visitor.Key);
        await visitor.OpenAsync();
        await visitor.StartAsync("On its own");
        string[] prompts = ["The first", "The second", "The third"];
        using ByteArrayContent cat = new(Pictures.Cat);
        using HttpResponseMessage uploaded = await http.PostAsync("v1/images", cat);
        string image = (await uploaded.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("url").GetString()!;
        using HttpResponseMessage posted = await http.PostAsJsonAsync("v1/batches", new
        {
            generations = prompts.Select(prompt => new { model = "wan2.6-image-to-video", prompt, image_urls = new[] { image } }),
            max_in_flight = 2,
        });
        posted.EnsureSuccessStatusCode();
        await visitor.Page.ReloadAsync();
        await Expect(visitor.Page.Locator(".batch-words")).ToContainTextAsync("Batch of 3");

        await visitor.Page.ClickAsync(".batch-open");
        await Expect(visitor.Page.Locator(".batch-open")).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(visitor.Card("On its own")).ToHaveCountAsync(0);
        await Expect(visitor.Card("The second")).ToHaveCountAsync(1);
        // The third begins when there is room for it, and comes by itself.
        await visitor.EndAsync(await visitor.GeneratingAsync("The first"));
        await visitor.GeneratingAsync("The third");
        await visitor.Page.ClickAsync(".batch-open");
        await Expect(visitor.Card("On its own")).ToHaveCountAsync(1);

        await visitor.ChooseAsync(visitor.Card("The second"), "Show its batch");
        await Expect(visitor.Card("On its own")).ToHaveCountAsync(0);
        await visitor.Page.ClickAsync(".batch-stop");
        await visitor.Page.ClickAsync("#cancel-batch-dialog button[value=yes]");
        // What Evolink finishes before the batch looks again is finished all the same: that the app was told is what counts.
        await Expect(visitor.Page.Locator(".batch-stop")).ToBeHiddenAsync();
        JsonElement batch = (await http.GetFromJsonAsync<JsonElement>("v1/batches")).GetProperty("data")[0];
        Assert.True(batch.TryGetProperty("cancel_requested_at", out _));
    });

    [Fact]
    public Task A_large_view_is_walked_through_by_keyboard() => studio.VisitAsync(async visitor =>
    {
        IPage page = visitor.Page;
        await visitor.OpenAsync();
        foreach (string prompt in new[] { "The oldest", "The middle", "The newest" })
        {
            JobId job = await visitor.StartAsync(prompt);
            await visitor.EndAsync(job);
            await Expect(visitor.Card(prompt)).ToHaveAttributeAsync("data-status", "completed");
        }

        await visitor.StartAsync("Not finished");
        await visitor.Card("The newest").Locator(".large").ClickAsync();
        await Expect(page.Locator("#viewer-title")).ToHaveTextAsync("The newest");
        await Expect(page.Locator("#viewer-facts")).ToContainTextAsync("1 of 3 · 50 credits charged");
        await Expect(page.Locator("#viewer-picture")).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("() => document.querySelector('#viewer-video').currentTime > 0.1");

        await page.Keyboard.PressAsync("Space");
        await page.WaitForFunctionAsync("() => document.querySelector('#viewer-video').paused");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#viewer-title")).ToHaveTextAsync("The middle");
        await page.WaitForFunctionAsync("() => !document.querySelector('#viewer-video').paused");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("#viewer-title")).ToHaveTextAsync("The oldest");
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(page.Locator("#viewer-title")).ToHaveTextAsync("The middle");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#viewer")).ToBeHiddenAsync();
        await Expect(visitor.Card("The middle").Locator(".large")).ToBeFocusedAsync();
    });

    [Fact]
    public Task All_of_a_selection_is_downloaded() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        List<string> expected = [];
        foreach (string prompt in new[] { "One", "Two", "Three" })
        {
            JobId job = await visitor.StartAsync(prompt);
            await visitor.EndAsync(job);
            await Expect(visitor.Card(prompt)).ToHaveAttributeAsync("data-status", "completed");
            if (prompt != "Two")
                expected.Add($"{job}.mp4");
        }

        await visitor.StartAsync("Not finished");
        List<string> files = [];
        visitor.Page.Download += (_, download) => files.Add(download.SuggestedFilename);
        await visitor.Page.ClickAsync("#select");
        await Expect(visitor.Page.Locator("#download-all")).ToHaveAttributeAsync("aria-disabled", "true");
        await Expect(visitor.Card("Not finished").Locator(".pick")).ToBeHiddenAsync();
        await visitor.Page.ClickAsync("#select-all");
        await Expect(visitor.Page.Locator("#selected")).ToHaveTextAsync("3 videos selected");
        await visitor.Card("Two").Locator(".pick").UncheckAsync();
        await visitor.Page.ClickAsync("#download-all");
        await Expect(visitor.Page.Locator("#download-all")).ToHaveAttributeAsync("aria-disabled", "false");

        Assert.Equal(expected.Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));
        await visitor.Page.ClickAsync("#select-done");
        await Expect(visitor.Page.Locator("#selection")).ToBeHiddenAsync();
        await Expect(visitor.Card("One").Locator(".pick")).ToBeHiddenAsync();
    });
}
