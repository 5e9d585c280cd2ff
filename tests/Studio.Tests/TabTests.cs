using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>Links that are followed in a tab that is open already, and several tabs of one visitor.</summary>
public sealed class TabTests(StudioFixture studio)
{
    [Fact]
    public Task A_link_with_a_key_closes_the_dialog_that_asks_for_one() => studio.VisitAsync(async visitor =>
    {
        await visitor.Page.GotoAsync(visitor.Home.AbsoluteUri);
        await Expect(visitor.Page.Locator("#key-dialog")).ToBeVisibleAsync();

        await visitor.Page.EvaluateAsync($"location.hash = 'key={visitor.Key}'");

        await Expect(visitor.Page.Locator("#key-dialog")).ToBeHiddenAsync();
        await Expect(visitor.Page.Locator("#empty")).ToBeVisibleAsync();
    });

    [Fact]
    public Task Another_tab_shows_a_new_job_within_three_seconds() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        IPage tab = await visitor.Page.Context.NewPageAsync();
        await tab.GotoAsync(visitor.Link);
        await Expect(tab.Locator("#empty")).ToBeVisibleAsync();

        await visitor.StartAsync("Seen in two tabs");

        await Expect(tab.Locator(".card")).ToContainTextAsync("Seen in two tabs", new() { Timeout = 3000 });
    });
}
