using Evolink.Pipeline.Generations;
using Evolink.Testing;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>Makes the pictures of the README, for eng/screenshots.sh.</summary>
public sealed class ScreenshotTests(StudioFixture studio)
{
    private static readonly string? Folder = Environment.GetEnvironmentVariable("STUDIO_SCREENSHOTS") is { Length: > 0 } folder ? Path.Combine(Clone.Root, folder) : null;

    private static readonly (string Prompt, int Hue)[] Scenes =
    [
        ("Morning fog drifts through the valley, the camera rises slowly above the hills", 20),
        ("Waves roll in at dusk while a lighthouse begins to turn", 205),
        ("Time-lapse: clouds race over the ridge, light and shadow wander", 265),
        ("A paper boat sails down the river between the meadows", 140),
        ("The sun sets behind the dunes, sand blows across the crest", 335),
        ("Snow falls softly, the village lights go on one by one", 230),
    ];

    [Fact]
    public Task The_main_states() => studio.VisitAsync(
        async visitor =>
        {
            Assert.SkipWhen(Folder is null, "Set STUDIO_SCREENSHOTS to a folder to make the pictures of the README.");
            IPage page = visitor.Page;
            await visitor.OpenAsync();
            await ShootAsync(page, "empty");

            List<JobId> jobs = [];
            foreach ((string prompt, int hue) in Scenes)
            {
                await DropSceneAsync(visitor, hue, jobs.Count);
                await page.FillAsync("#prompt", prompt);
                await page.ClickAsync("#submit");
                jobs.Add(await visitor.GeneratingAsync(prompt));
            }

            foreach (JobId job in jobs.Take(4))
                await visitor.EndAsync(job, job == jobs[1] ? "content_policy_violation" : null);
            await Expect(page.Locator("[data-status=completed]")).ToHaveCountAsync(3);
            await Expect(page.Locator("[data-status=failed]")).ToHaveCountAsync(1);
            await Expect(page.Locator("#toast")).Not.ToHaveClassAsync("toast shown");
            await DropSceneAsync(visitor, 45, 9);
            await page.FillAsync("#prompt", "Wheat sways in the wind, a kite climbs into the evening sky");
            await Expect(page.Locator("#submit")).ToHaveTextAsync("Make video");
            await page.EvaluateAsync("document.activeElement.blur()");
            await page.Mouse.MoveAsync(700, 20);
            await ShootAsync(page, "wide");
            await page.Locator("[data-status=completed] .large").First.ClickAsync();
            await page.WaitForFunctionAsync("() => document.querySelector('#viewer-video').currentTime > 0.5");
            await page.EvaluateAsync("document.querySelector('#viewer-video').pause()");
            await ShootAsync(page, "large");
            await page.Keyboard.PressAsync("Escape");
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
            await ShootAsync(page, "dark");
            await page.SetViewportSizeAsync(390, 844);
            await page.Locator("#wall").EvaluateAsync("e => e.scrollIntoView()");
            await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
            await ShootAsync(page, "narrow");
            await page.EvaluateAsync("scrollTo(0, 0)");
            await ShootAsync(page, "narrow-form");
            await page.SetViewportSizeAsync(1366, 650);
            await ShootSeveralAsync(visitor);
        },
        new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1360, Height = 900 } });

    // Pictures of a phone, a batch under way, and one that waits.
    private static async Task ShootSeveralAsync(Visitor visitor)
    {
        IPage page = visitor.Page;
        const string prompt = "The camera circles slowly, leaves drift by";
        await visitor.DropAsync([.. await Task.WhenAll(new[] { 10, 100, 190, 280 }.Select((hue, seed) => SceneAsync(visitor, $"garden {seed + 1}.jpg", hue, seed)))]);
        await Expect(page.Locator("#chosen li")).ToHaveCountAsync(4);
        await page.FillAsync("#prompt", prompt);
        await page.ClickAsync("#submit");
        await Expect(visitor.Card(prompt)).ToHaveCountAsync(4);
        await visitor.DropAsync(
            await SceneAsync(visitor, "phone 1.jpg", 300, 5, 4032), await SceneAsync(visitor, "phone 2.jpg", 30, 6), await SceneAsync(visitor, "phone 3.jpg", 90, 7));
        await Expect(page.Locator("#chosen li")).ToHaveCountAsync(3);
        await Expect(page.Locator("#image-note-words")).ToContainTextAsync("phone 1.jpg was scaled from 4032");
        await Expect(page.Locator("#submit")).ToHaveTextAsync("Make 3 videos");
        await Expect(page.Locator("#toast")).Not.ToHaveClassAsync("toast shown");
        await ShootAsync(page, "several");
        await visitor.Card(prompt).First.Locator(".more").ClickAsync();
        await ShootAsync(page, "menu");
        await page.Keyboard.PressAsync("Escape");
    }

    private static async Task<(string Name, byte[] File, string Type)> SceneAsync(Visitor visitor, string name, int hue, int seed, int width = 1280)
    {
        string script = await File.ReadAllTextAsync(Path.Combine(Clone.Root, "tests", "Studio.Tests", "Support", "landscape.js"));
        string picture = await visitor.Page.EvaluateAsync<string>(script, new[] { hue, seed, width });
        return (name, Convert.FromBase64String(picture), "image/jpeg");
    }

    private static async Task DropSceneAsync(Visitor visitor, int hue, int seed)
    {
        await visitor.DropAsync(await SceneAsync(visitor, "landscape.jpg", hue, seed));
        await Expect(visitor.Page.Locator("#drop")).ToHaveClassAsync("drop filled");
    }

    private static Task<byte[]> ShootAsync(IPage page, string state) =>
        page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, $"studio-{state}.png"), Animations = ScreenshotAnimations.Disabled });
}
