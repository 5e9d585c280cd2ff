using System.Text.Json;
using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>From an image to a video that plays, as a visitor sees it.</summary>
public sealed class GenerationTests(StudioFixture studio)
{
    [Fact]
    public Task A_dropped_image_and_a_prompt_become_a_video_that_plays_in_place() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync();
        ILocator card = visitor.Card("A cat playing piano");
        await Expect(card.Locator(".picture")).ToBeVisibleAsync();
        // Progress comes in while the visitor does nothing.
        await Expect(card.GetByRole(AriaRole.Progressbar)).Not.ToHaveAttributeAsync("aria-valuenow", "0");
        await Expect(card.Locator(".left")).ToContainTextAsync("left");

        await visitor.EndAsync(job);
        await card.Locator(".play").ClickAsync();

        IJSHandle video = await visitor.Page.WaitForFunctionAsync("() => { const v = document.querySelector('video'); return v && v.readyState >= 3 && v.currentTime > 0.2 && v; }");
        double before = await video.EvaluateAsync<double>("v => v.currentTime");
        await visitor.Page.WaitForFunctionAsync("before => document.querySelector('video').currentTime !== before", before);
        Assert.True(await video.EvaluateAsync<bool>("v => v.videoWidth > 0 && v.videoHeight > 0"));
        await Expect(visitor.Page.Locator("#news")).ToContainTextAsync("is finished");
    });
}
