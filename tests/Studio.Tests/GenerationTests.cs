using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>From an image to a video that plays, as a visitor sees it.</summary>
public sealed class GenerationTests(StudioFixture studio)
{
    private const string Prompt = "A cat playing piano";

    [Fact]
    public Task A_dropped_image_and_a_prompt_become_a_video_that_plays_in_place() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync(Prompt);
        ILocator card = visitor.Card(Prompt);
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
        await Expect(card.Locator(".what")).ToContainTextAsync("50 credits charged");
        // What the first one cost says what the next one may cost.
        await Expect(visitor.Page.Locator("#estimate")).ToHaveTextAsync("Estimate: 50 credits, from your earlier videos.");
    });

    [Fact]
    public Task A_reload_in_mid_job_loses_nothing() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync(Prompt);
        await visitor.Page.FillAsync("#prompt", "A draft");
        await visitor.Page.ReloadAsync();

        Assert.Equal(job, await visitor.GeneratingAsync(Prompt));
        await Expect(visitor.Card(Prompt).Locator(".picture")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("#prompt")).ToHaveValueAsync("A draft");
        await Expect(visitor.Page.Locator("#preview")).ToBeVisibleAsync();
        await visitor.EndAsync(job);
        await Expect(visitor.Card(Prompt).Locator(".play")).ToBeVisibleAsync();
    });

    [Fact]
    public Task A_failure_is_told_in_words_with_advice_and_tried_again_with_changes() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.Page.CheckAsync("input[value='1080p']", new() { Force = true });
        JobId job = await visitor.StartAsync(Prompt);
        await visitor.EndAsync(job, "content_policy_violation");

        ILocator card = visitor.Card(Prompt);
        await Expect(card.Locator(".failure")).ToContainTextAsync("The prompt was refused.");
        await Expect(card.Locator(".failure")).ToContainTextAsync("Change the prompt or the image");
        await visitor.Page.ReloadAsync();
        await card.Locator(".edit").ClickAsync();
        await Expect(visitor.Page.Locator("#prompt")).ToHaveValueAsync(Prompt);
        await Expect(visitor.Page.Locator("input[value='1080p']")).ToBeCheckedAsync();
        await Expect(visitor.Page.Locator("#preview")).ToBeVisibleAsync();
        await visitor.Page.FillAsync("#prompt", "A dog playing chess");
        await visitor.Page.ClickAsync("#submit");
        await visitor.GeneratingAsync("A dog playing chess");
    });

    [Fact]
    public Task What_the_app_refuses_is_shown_at_its_field() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        visitor.Expected.Add("400");
        await visitor.DropAsync(Pictures.Cat);
        await visitor.Page.FillAsync("#prompt", Prompt);
        await visitor.Page.ClickAsync("#more summary");
        await visitor.Page.FillAsync("#audio", "http://example.com/music.mp3");
        await visitor.Page.ClickAsync("#submit");
        await Expect(visitor.Page.Locator("#audio-problem")).ToContainTextAsync("only https: links are allowed");
        await Expect(visitor.Page.Locator("#audio")).ToBeFocusedAsync();
        Assert.Equal(0, await visitor.JobsAsync());
    });

    [Fact]
    public Task A_job_is_cancelled_after_a_question() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.StartAsync(Prompt);
        ILocator card = visitor.Card(Prompt);
        await card.Locator(".stop").ClickAsync();
        await visitor.Page.ClickAsync("#cancel-dialog button[value=no]");
        await Expect(visitor.Page.Locator("#cancel-dialog")).ToBeHiddenAsync();
        await Expect(card).ToHaveAttributeAsync("data-status", "processing");
        await card.Locator(".stop").ClickAsync();
        await visitor.Page.ClickAsync("#cancel-dialog button[value=yes]");
        await Expect(card).ToHaveAttributeAsync("data-phase", "cancelled");
        await Expect(card.Locator(".failure")).ToContainTextAsync("may have charged");
    });

    [Fact]
    public Task A_finished_video_is_downloaded_and_its_link_copied() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId job = await visitor.StartAsync(Prompt);
        await visitor.EndAsync(job);
        ILocator card = visitor.Card(Prompt);

        IDownload download = await visitor.Page.RunAndWaitForDownloadAsync(() => card.Locator(".save").ClickAsync());
        Assert.Equal($"{job}.mp4", download.SuggestedFilename);
        long size = (await studio.App.Store.ReadAsync(job, CancellationToken.None)).Video!.Size;
        Assert.Equal(size, new FileInfo(await download.PathAsync()).Length);

        await card.Locator(".more").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Copy link" }).ClickAsync();
        await Expect(visitor.Page.Locator("#toast")).ToContainTextAsync("Link is copied");
        string link = await visitor.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        using HttpClient anybody = new();
        Assert.Equal(size, (await anybody.GetByteArrayAsync(new Uri(link))).Length);
    });
}
