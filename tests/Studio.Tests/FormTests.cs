using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>The form on small screens, and what it says of money before the first video.</summary>
public sealed class FormTests(StudioFixture studio)
{
    [Theory]
    [InlineData(1366, 650)]
    [InlineData(390, 844)]
    [InlineData(320, 568)]
    public Task The_main_button_is_in_sight_wherever_one_is(int width, int height) => studio.VisitAsync(
        async visitor =>
        {
            await visitor.OpenAsync();
            IPage page = visitor.Page;
            await page.ClickAsync("#more summary");
            await visitor.DropAsync(("a.png", TestImages.Png(400, 400), "image/png"), ("b.png", TestImages.Png(400, 400), "image/png"));
            await Expect(page.Locator("#chosen li")).ToHaveCountAsync(2);
            foreach (string place in new[] { "#drop", "#audio", "#wall-title" })
            {
                await page.Locator(place).ScrollIntoViewIfNeededAsync();
                // Nothing lies over it: what is at its middle is the button itself.
                Assert.True(
                    await page.EvaluateAsync<bool>(
                        "() => { const b = document.querySelector('#submit').getBoundingClientRect(); return document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2)?.id === 'submit' && b.bottom <= innerHeight; }"),
                    place);
            }

            // And it hides no field: whatever has the focus is above it.
            await page.FocusAsync("#audio");
            Assert.True(await page.EvaluateAsync<bool>(
                "() => { const r = document.activeElement.getBoundingClientRect(); return document.elementFromPoint(r.x + 20, r.y + r.height / 2) === document.activeElement; }"));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
        },
        new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height } });

    [Fact]
    public Task The_cost_is_told_before_the_first_video_and_the_balance_stands_in_the_head() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await Expect(visitor.Page.Locator("#estimate")).ToHaveTextAsync("Estimate: 50 credits, taking 10 credits for a second, until a first video tells.");
        await visitor.Page.FocusAsync("#duration");
        await visitor.Page.Keyboard.PressAsync("End");
        await Expect(visitor.Page.Locator("#estimate")).ToContainTextAsync("150 credits");
        await Expect(visitor.Page.Locator("#balance")).ToContainTextAsync("credits left");
        await Expect(visitor.Page.Locator("#simulated")).ToBeHiddenAsync();
    });

    [Fact]
    public Task A_simulated_evolink_is_said_to_be_one() => studio.VisitAsync(async visitor =>
    {
        await visitor.Page.RouteAsync("**/v1/account", route => route.FulfillAsync(new RouteFulfillOptions
        {
            ContentType = "application/json",
            Body = """{"client":"local","is_operator":false,"simulated":true,"credits":{"remaining":1000},"credits_per_second":10}""",
        }));
        await visitor.OpenAsync();
        await Expect(visitor.Page.Locator("#simulated")).ToHaveTextAsync("Simulated: no credits are spent");
        await Expect(visitor.Page.Locator("#balance")).ToBeHiddenAsync();
        await Expect(visitor.Page.Locator("#estimate")).ToContainTextAsync("Simulated: none are spent.");
    });
}
