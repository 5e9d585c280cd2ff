using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>However a visitor clicks, and whatever becomes of the page: what was asked for once is made, and paid for, once.</summary>
public sealed class PayingOnceTests(StudioFixture studio)
{
    private const string Submits = "**/v1/videos/generations";

    [Fact]
    public Task A_double_click_starts_one_video() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.DropAsync(Pictures.Cat);
        await visitor.Page.FillAsync("#prompt", "Twice");
        await visitor.Page.DblClickAsync("#submit");
        await visitor.GeneratingAsync("Twice");
        Assert.Equal(1, await visitor.JobsAsync());
        // Then the form is ready for the next one, and says that the same would be another.
        await Expect(visitor.Page.Locator("#submit")).ToHaveTextAsync("Make another take");
        await Expect(visitor.Page.Locator("#submit")).ToHaveAttributeAsync("aria-disabled", "false");

        await visitor.Page.FillAsync("#prompt", "Another");
        await visitor.Page.ClickAsync("#submit");
        await visitor.GeneratingAsync("Another");
        Assert.Equal(2, await visitor.JobsAsync());
    });

    [Fact]
    public Task A_reload_before_the_answer_meets_the_same_job() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await visitor.Page.RouteAsync(Submits, async route =>
        {
            // The app takes it, the page never hears of it.
            await route.FetchAsync();
            taken.TrySetResult();
        });
        await visitor.DropAsync(Pictures.Cat);
        await visitor.Page.FillAsync("#prompt", "Interrupted");
        await visitor.Page.ClickAsync("#submit");
        await taken.Task;
        await visitor.Page.UnrouteAsync(Submits);
        await visitor.Page.ReloadAsync();

        await visitor.GeneratingAsync("Interrupted");
        await Expect(visitor.Page.Locator("#submit")).ToHaveTextAsync("Make another take");
        Assert.Equal(1, await visitor.JobsAsync());
    });

    [Fact]
    public Task Another_take_is_another_job_with_the_same_request_and_a_double_click_on_it_is_one() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        JobId first = await visitor.StartAsync("Once more");
        await visitor.Page.FillAsync("#prompt", "Something else that I was typing");
        await Expect(visitor.Page.Locator("#submit")).ToHaveTextAsync("Make video");
        List<string> keys = [];
        await visitor.Page.RouteAsync(Submits, async route =>
        {
            keys.Add(route.Request.Headers["idempotency-key"]);
            await route.ContinueAsync();
        });
        // The rest after the first one is over.
        await visitor.Page.WaitForTimeoutAsync(2500);
        await visitor.Card("Once more").Locator(".again").DblClickAsync();

        await Expect(visitor.Cards).ToHaveCountAsync(2);
        Assert.Single(keys);
        Assert.Equal(2, await visitor.JobsAsync());
        await Expect(visitor.Page.Locator("#prompt")).ToHaveValueAsync("Something else that I was typing");
        string second = (await visitor.Cards.First.GetAttributeAsync("data-id"))!;
        string[] requests = await visitor.Page.EvaluateAsync<string[]>(
            "async ids => { const { request } = await import('/studio/api.js'); return Promise.all(ids.map(async id => JSON.stringify(await request(id)))); }",
            new[] { first.Value, second });
        Assert.NotEqual(first.Value, second);
        Assert.Equal(requests[0], requests[1]);
    });

    [Fact]
    public Task An_answer_that_is_lost_is_asked_for_again_with_the_same_key() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        visitor.Expected.Add("ERR_FAILED");
        List<string> keys = [];
        await visitor.Page.RouteAsync(Submits, async route =>
        {
            keys.Add(route.Request.Headers["idempotency-key"]);
            IAPIResponse answer = await route.FetchAsync();
            if (keys.Count == 1)
                await route.AbortAsync();
            else
                await route.FulfillAsync(new RouteFulfillOptions { Response = answer });
        });
        await visitor.DropAsync(Pictures.Cat);
        await visitor.Page.FillAsync("#prompt", "Lost");
        await visitor.Page.ClickAsync("#submit");

        await visitor.GeneratingAsync("Lost");
        Assert.Equal([keys[0], keys[0]], keys);
        Assert.Equal(1, await visitor.JobsAsync());
    });
}
