using System.Buffers.Binary;
using Evolink.Pipeline.Images;
using Studio.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Studio.Tests;

/// <summary>Images are checked in the browser, by the rules and in the words of the app.</summary>
public sealed class ImageTests(StudioFixture studio)
{
    private static byte[][] Images =>
    [
        [], [0], "GIF89a and so on"u8.ToArray(), "<html>"u8.ToArray(), "BM"u8.ToArray(), "RIFF....WEB"u8.ToArray(),
        .. from side in new[] { (640, 480), (360, 2000), (359, 480), (640, 2001), (0, 0) }
           from image in new[] { TestImages.Png(side.Item1, side.Item2), TestImages.Jpeg(side.Item1, side.Item2), TestImages.Bmp(side.Item1, side.Item2), TestImages.WebP(side.Item1, side.Item2) }
           select image,
        TestImages.Jpeg(2000, 360, fillerBytes: 60_000), TestImages.Bmp(640, -480),
        TestImages.Png(640, 480, TestImages.Rgba), TestImages.Png(640, 480, TestImages.GreyAlpha), TestImages.Png(640, 480, TestImages.Palette, ("PLTE", new byte[3]), ("tRNS", new byte[1])),
        TestImages.Png(640, 480)[..20], TestImages.Jpeg(640, 480)[..21], TestImages.Jpeg(640, 480)[..24], TestImages.WebP(640, 480)[..12], TestImages.WebP(640, 480)[..22], TestImages.Bmp(640, 480)[..20],
        LyingPng(), Pictures.Cat,
    ];

    [Fact]
    public Task Browser_and_app_say_the_same_of_every_image() => studio.VisitAsync(async visitor =>
    {
        await visitor.Page.GotoAsync(visitor.Home.AbsoluteUri);
        string?[] said = await visitor.Page.EvaluateAsync<string?[]>(
            """
            async images => {
              const { problemOf } = await import('/studio/image-check.js');
              return images.map(image => problemOf(Uint8Array.from(atob(image), c => c.charCodeAt(0))));
            }
            """,
            Images.Select(Convert.ToBase64String).ToArray());
        Assert.Equal(
            ImageCheck.Check(new byte[(10 << 20) + 1]).Problem,
            await visitor.Page.EvaluateAsync<string>("async length => (await import('/studio/image-check.js')).problemOf(new Uint8Array(length))", (10 << 20) + 1));
        foreach ((string? app, string? browser) in Images.Select(image => ImageCheck.Check(image).Problem).Zip(said))
        {
            // What is damaged the app tells more closely.
            if (app?.Contains("is damaged", StringComparison.Ordinal) == true)
                Assert.NotNull(browser);
            else
                Assert.Equal(app, browser);
        }
    });

    [Fact]
    public Task An_image_that_cannot_be_used_is_refused_before_it_is_sent() => studio.VisitAsync(async visitor =>
    {
        await visitor.OpenAsync();
        List<string> uploads = [];
        visitor.Page.Request += (_, request) =>
        {
            if (request.Method == "POST")
                uploads.Add(request.Url);
        };
        await visitor.DropAsync(TestImages.Png(640, 480, TestImages.Rgba));
        await Expect(visitor.Page.Locator("#image-problem")).ToHaveTextAsync("The png image has a transparent channel, which Evolink does not take. Flatten it onto a background.");
        await visitor.Page.FillAsync("#prompt", string.Concat(Enumerable.Repeat("🎹", 1501)));
        await visitor.Page.ClickAsync("#submit");
        await Expect(visitor.Page.Locator("#count")).ToHaveTextAsync("1501 / 1500");
        await Expect(visitor.Page.Locator("#prompt-problem")).ToHaveTextAsync("prompt has 1501 characters (Unicode code points); at most 1500 are allowed.");
        await Expect(visitor.Page.Locator("#file")).ToBeFocusedAsync();
        Assert.Empty(uploads);
    });

    // The length of its header chunk says 2 GB.
    private static byte[] LyingPng()
    {
        byte[] png = TestImages.Png(640, 480);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(8), int.MaxValue);
        return png;
    }
}
