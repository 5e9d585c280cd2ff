using Evolink.Pipeline.Generations;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>The studio for everybody: by keyboard, on a phone, in the dark, with a screen reader.</summary>
public sealed class AccessTests(StudioFixture studio)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public Task Axe_finds_nothing_serious_in_any_state(ColorScheme scheme) => studio.VisitAsync(
        async visitor =>
        {
            await visitor.Page.GotoAsync(visitor.Home.AbsoluteUri);
            await Expect(visitor.Page.Locator("#key-dialog")).ToBeVisibleAsync();
            Assert.Empty(await Axe.SeriousFindingsAsync(visitor.Page));

            // Only the fragment differs: the page that is there takes the key.
            await visitor.OpenAsync();
            await visitor.Page.EvaluateAsync("document.getElementById('key-dialog').close()");
            Assert.Empty(await Axe.SeriousFindingsAsync(visitor.Page));

            JobId failed = await visitor.StartAsync("This one fails");
            JobId done = await visitor.StartAsync("This one is done");
            await visitor.StartAsync("This one runs");
            await visitor.EndAsync(failed, "content_policy_violation");
            await visitor.EndAsync(done);
            await Expect(visitor.Page.Locator("[data-status=failed]")).ToHaveCountAsync(1);
            await Expect(visitor.Page.Locator("[data-status=failed] .what")).ToContainTextAsync("credits returned");
            await Expect(visitor.Page.Locator("[data-status=completed]")).ToHaveCountAsync(1);
            await visitor.Page.ClickAsync("#select");
            await visitor.Page.CheckAsync(".pick:visible");
            await visitor.Page.Locator("[data-status=completed] .more").ClickAsync();
            await Expect(visitor.Page.GetByRole(AriaRole.Menu)).ToBeVisibleAsync();
            Assert.Empty(await Axe.SeriousFindingsAsync(visitor.Page));
            await visitor.Page.Keyboard.PressAsync("Escape");
            await visitor.Page.Locator("[data-status=completed] .large").ClickAsync();
            await Expect(visitor.Page.Locator("#viewer")).ToBeVisibleAsync();
            Assert.Empty(await Axe.SeriousFindingsAsync(visitor.Page));
            await visitor.Page.Keyboard.PressAsync("Escape");
            await visitor.DropAsync(("a.png", TestImages.Png(640, 480, TestImages.Rgba), "image/png"), ("b.png", TestImages.Png(400, 400), "image/png"));
            await Expect(visitor.Page.Locator("#chosen li")).ToHaveCountAsync(2);
            await visitor.Page.ClickAsync("#more summary");
            await visitor.Page.FillAsync("#audio", "nonsense");
            await visitor.Page.FillAsync("#prompt", "");
            await visitor.Page.ClickAsync("#submit");
            await Expect(visitor.Page.Locator("#prompt-problem")).ToBeVisibleAsync();
            Assert.Empty(await Axe.SeriousFindingsAsync(visitor.Page));
            string ground = await visitor.Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
            Assert.Equal(scheme == ColorScheme.Dark ? "rgb(17, 18, 21)" : "rgb(247, 246, 243)", ground);
        },
        new BrowserNewContextOptions { ColorScheme = scheme });

    [Fact]
    public Task Everything_can_be_done_by_keyboard_alone() => studio.VisitAsync(async visitor =>
    {
        IPage page = visitor.Page;
        await page.GotoAsync(visitor.Home.AbsoluteUri);
        await Expect(page.Locator("#key")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(visitor.Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#empty")).ToBeVisibleAsync();

        await TabToAsync(page, "file");
        // The dialog itself is the browser's, and opens reliably only in the window that has the system's focus.
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "cat.png", MimeType = "image/png", Buffer = Pictures.Cat });
        await TabToAsync(page, "prompt");
        await page.Keyboard.TypeAsync("By keyboard");
        await TabToAsync(page, "duration");
        await page.Keyboard.PressAsync("ArrowRight");
        await TabToAsync(page, "submit");
        Assert.NotEqual("none", await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"));
        await page.Keyboard.PressAsync("Enter");
        JobId job = await visitor.GeneratingAsync("By keyboard");
        await Expect(visitor.Card("By keyboard")).ToContainTextAsync("6 s");

        await visitor.EndAsync(job);
        await Expect(page.Locator("#news")).ToContainTextAsync("“By keyboard” is finished");
        await TabToAsync(page, "play");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".card video")).ToBeFocusedAsync();

        await TabToAsync(page, "edit");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#prompt")).ToBeFocusedAsync();
        await Expect(page.Locator("#prompt")).ToHaveValueAsync("By keyboard");
    });

    [Fact]
    public Task A_narrow_screen_shows_everything_without_scrolling_sideways() => studio.VisitAsync(
        async visitor =>
        {
            await visitor.OpenAsync();
            await visitor.StartAsync("A prompt-with-one-word-that-is-far-too-long-for-any-telephone-on-this-planet-and-must-be-broken");
            Assert.True(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
            foreach (string part in new[] { "#drop", "#prompt", "#submit", ".card", ".card .stop" })
            {
                LocatorBoundingBoxResult box = (await visitor.Page.Locator(part).BoundingBoxAsync())!;
                Assert.True(box.X >= 0 && box.X + box.Width <= 320, part);
            }
        },
        new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 320, Height = 640 }, HasTouch = true, IsMobile = true });

    // By id or class, as the page grows: how many stops there are in between is no concern of this test.
    private static async Task TabToAsync(IPage page, string target)
    {
        for (int stops = 0; stops < 40; stops++)
        {
            if (await page.EvaluateAsync<bool>("name => document.activeElement.id === name || document.activeElement.classList.contains(name)", target))
                return;
            await page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"The keyboard does not reach '{target}'.");
    }
}
