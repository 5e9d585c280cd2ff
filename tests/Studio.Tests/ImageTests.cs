using Evolink.Pipeline.Images;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>The page has no rules for images of its own: it asks the app, and shows its words.</summary>
public sealed class ImageTests(StudioFixture studio)
{
    private const string Refused = "Failed to load resource: the server responded with a status of 400";

    [Fact]
    public Task Of_every_picture_the_page_tells_what_the_app_tells() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add(Refused);
        await visitor.OpenAsync();
        // The large ones are no other cases, and take long on their way into the browser.
        foreach ((string name, byte[] file, bool usable) in TestPictures.All.Where(picture => picture.File.Length < 100_000))
        {
            await visitor.DropAsync(file, "picture", "application/octet-stream");
            await visitor.Page.WaitForFunctionAsync("() => !document.querySelector('#drop').classList.contains('busy')");
            string problem = await visitor.Page.Locator("#image-problem").TextContentAsync() ?? "";
            Assert.True(problem == (ImageCheck.Check(file).Problem ?? ""), $"{name}: {problem}");
            Assert.Equal(usable, await visitor.Page.EvaluateAsync<bool>("() => document.querySelector('#drop').classList.contains('filled')"));
        }
    });

    [Fact]
    public Task An_image_that_cannot_be_used_is_refused_when_it_is_chosen_and_starts_nothing() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add(Refused);
        await visitor.OpenAsync();
        List<string> generations = [];
        visitor.Page.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/generations", StringComparison.Ordinal))
                generations.Add(request.Url);
        };
        await visitor.DropAsync(TestImages.Png(640, 480, TestImages.Rgba));
        await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("The png image has a transparent channel, which Evolink does not take. Flatten it onto a background.");
        await visitor.Page.FillAsync("#prompt", string.Concat(Enumerable.Repeat("🎹", 1501)));
        await visitor.Page.ClickAsync("#submit");
        await Expect(visitor.Page.Locator("#count")).ToHaveTextAsync("1501 / 1500");
        await Expect(visitor.Page.Locator("#prompt-problem")).ToHaveTextAsync("prompt has 1501 characters (Unicode code points); at most 1500 are allowed.");
        await Expect(visitor.Page.Locator("#file")).ToBeFocusedAsync();
        Assert.Empty(generations);
    });

    [Fact]
    public Task An_image_that_the_app_takes_and_the_browser_cannot_show_is_used_without_a_preview() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.DropAsync(TestImages.WebP(640, 480), "cat.webp");
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("cat.webp · choose another");
        await Expect(visitor.Page.Locator("#preview")).ToBeHiddenAsync();
        await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("");
    });
}
