using Evolink.Pipeline.Images;
using Microsoft.Playwright;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>Images of all sorts: what the page can make fit it does, and says so; of everything else it tells what the app tells.</summary>
public sealed class ImageTests(StudioFixture studio)
{
    private const string Refused = "Failed to load resource: the server responded with a status of 400";

    [Fact]
    public Task Of_every_picture_that_is_not_made_to_fit_the_page_tells_what_the_app_tells() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add(Refused);
        await visitor.OpenAsync();
        // The large ones are no other cases, and take long on their way into the browser.
        foreach ((string name, byte[] file, bool usable) in TestPictures.All.Where(picture => picture.File.Length < 100_000))
        {
            await visitor.DropAsync(file, "picture", "application/octet-stream");
            await visitor.ImagesAsync();
            string told = await visitor.Page.Locator("#image-problem").TextContentAsync() ?? "";
            string problem = ImageCheck.Check(file).Problem ?? "";
            bool isFitted = !usable && told.Length == 0;
            Assert.True(told.Replace(" The image before it stays.", "", StringComparison.Ordinal) == problem || isFitted, $"{name}: {told}");
            Assert.True(!isFitted || problem.Contains("transparent", StringComparison.Ordinal) || problem.Contains("pixels", StringComparison.Ordinal), $"{name} was fitted: {problem}");
            if (isFitted)
                await Expect(visitor.Page.Locator("#image-note-words")).ToContainTextAsync("picture was ");
        }
    });

    [Fact]
    public Task A_picture_of_a_phone_is_scaled_after_a_preview_that_says_so_and_undone_once() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.DropAsync(Pictures.Cat);
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("cat.png · choose another");
        List<byte[]> sent = [];
        await visitor.Page.RouteAsync("**/v1/images", async route =>
        {
            sent.Add(route.Request.PostDataBuffer!);
            await route.ContinueAsync();
        });

        await visitor.DropAsync(TestImages.Png(4000, 3000), "phone.png");
        await Expect(visitor.Page.Locator("#image-note-words")).ToHaveTextAsync("phone.png was scaled from 4000 × 3000 to 2000 × 1500 pixels.");
        await Expect(visitor.Page.Locator("#preview")).ToBeVisibleAsync();
        ImageVerdict verdict = ImageCheck.Check(Assert.Single(sent));
        Assert.Equal((ImageKind.Jpeg, 2000, 1500), (verdict.Kind, verdict.Width, verdict.Height));

        await visitor.Page.ClickAsync("#undo");
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("cat.png · choose another");
        await Expect(visitor.Page.Locator("#undo")).ToBeHiddenAsync();
        await visitor.StartFilledAsync("The cat after all");
    });

    [Fact]
    public Task A_transparent_picture_is_put_on_white() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.DropAsync(TestImages.Png(640, 480, TestImages.Rgba), "clear.png");
        await Expect(visitor.Page.Locator("#image-note-words")).ToHaveTextAsync("clear.png was put on white where it was transparent.");
        await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("");
        int[] pixel = await visitor.Page.EvaluateAsync<int[]>(
            """
            async () => {
              const image = document.querySelector('#preview');
              await image.decode();
              const drawing = new OffscreenCanvas(1, 1).getContext('2d');
              drawing.drawImage(image, 0, 0, 1, 1);
              return [...drawing.getImageData(0, 0, 1, 1).data];
            }
            """);
        Assert.Equal([255, 255, 255, 255], pixel);
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
        await visitor.DropAsync(TestImages.Png(200, 200));
        await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("The image is 200 x 200 pixels; each side must have 360 to 2000.");
        await visitor.Page.FillAsync("#prompt", string.Concat(Enumerable.Repeat("🎹", 1501)));
        await visitor.Page.ClickAsync("#submit");
        await Expect(visitor.Page.Locator("#count")).ToHaveTextAsync("1501 / 1500");
        await Expect(visitor.Page.Locator("#prompt-problem")).ToHaveTextAsync("prompt has 1501 characters (Unicode code points); at most 1500 are allowed.");
        await Expect(visitor.Page.Locator("#file")).ToBeFocusedAsync();
        Assert.Empty(generations);
    });

    [Fact]
    public Task A_bad_second_picture_leaves_the_good_first() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add(Refused);
        await visitor.OpenAsync();
        await visitor.DropAsync(Pictures.Cat);
        await Expect(visitor.Page.Locator("#preview")).ToBeVisibleAsync();
        await visitor.DropAsync([1, 2, 3], "broken.png");

        await Expect(visitor.Page.Locator("#image-problem")).ToContainTextAsync("The image before it stays.");
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("cat.png · choose another");
        await visitor.StartFilledAsync("The first one");
    });

    [Fact]
    public Task Several_files_become_a_batch_of_as_many_videos() => studio.VisitAsync(async visitor =>
    {
        visitor.Expected.Add(Refused);
        await visitor.OpenAsync();
        await visitor.DropAsync(
            ("one.png", TestImages.Png(400, 400), "image/png"), ("bad.png", [1, 2, 3], "image/png"), ("two.png", TestImages.Png(500, 400), "image/png"),
            ("three.png", TestImages.Png(400, 500), "image/png"));
        await Expect(visitor.Page.Locator("#chosen li")).ToHaveCountAsync(3);
        await Expect(visitor.Page.Locator("#image-problem")).ToContainTextAsync("bad.png: ");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Leave out two.png" }).ClickAsync();
        await visitor.Page.FillAsync("#prompt", "Two at once");
        await Expect(visitor.Page.Locator("#submit")).ToHaveTextAsync("Make 2 videos");
        await Expect(visitor.Page.Locator("#estimate")).ToContainTextAsync("100 credits for 2 videos");
        await visitor.Page.DblClickAsync("#submit");

        await Expect(visitor.Card("Two at once")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator(".batch-words")).ToContainTextAsync("Batch of 2");
        await Expect(visitor.Card("one.png")).ToHaveCountAsync(1);
        await Expect(visitor.Card("three.png")).ToContainTextAsync("of a batch");
        Assert.Equal(2, await visitor.JobsAsync());
    });

    [Fact]
    public Task A_folder_gives_its_pictures_alone() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        string folder = Directory.CreateTempSubdirectory("studio-folder-").FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "a.png"), TestImages.Png(400, 400));
            File.WriteAllBytes(Path.Combine(folder, "b.png"), TestImages.Png(400, 400));
            File.WriteAllText(Path.Combine(folder, "notes.txt"), "no picture");
            await visitor.Page.SetInputFilesAsync("#folder", folder);
            await Expect(visitor.Page.Locator("#chosen li")).ToHaveCountAsync(2);
            await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    [Fact]
    public Task An_image_of_another_page_is_taken_by_its_link_or_as_what_stands_in_the_page() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        await visitor.DropFromPageAsync("""<a href="https://example.com/page"><img alt="" src="https://example.com/shop/cat%20one.png?a=1&amp;b=2"></a>""");
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("cat one.png · choose another");
        await Expect(visitor.Page.Locator("#image-note-words")).ToContainTextAsync("Evolink fetches this image from example.com itself");
        // Nobody is at example.com here: that the app took it is what counts.
        await visitor.Page.FillAsync("#prompt", "By link");
        await visitor.Page.ClickAsync("#submit");
        string id = (await visitor.Card("By link").GetAttributeAsync("data-id"))!;
        Assert.Equal(
            "https://example.com/shop/cat%20one.png?a=1&b=2",
            await visitor.Page.EvaluateAsync<string>("async id => (await (await import('/studio/api.js')).request(id)).image_urls[0]", id));

        await visitor.DropFromPageAsync($"<img src='data:image/png;base64,{Convert.ToBase64String(TestImages.Png(400, 400))}'>");
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("image.png · choose another");
        await visitor.Page.EvaluateAsync(
            """
            () => {
              const clipboardData = new DataTransfer();
              clipboardData.setData('text/plain', 'https://example.com/pasted.webp');
              document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
            }
            """);
        await Expect(visitor.Page.Locator("#file-words")).ToHaveTextAsync("pasted.webp · choose another");
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
