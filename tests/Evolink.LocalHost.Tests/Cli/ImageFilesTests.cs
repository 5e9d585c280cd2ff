using Evolink.Client;
using Evolink.LocalHost.Cli;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;
using SkiaSharp;

namespace Evolink.LocalHost.Tests.Cli;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pattern_finds_its_files_in_order_and_each_once()
    {
        Make("b.png", "a.png", "c.webp", "d.txt");

        IReadOnlyList<InputImage> found = ImageFiles.Find([_folder["c.webp"], _folder["*.png"], _folder["b.png"]], fit: false);

        Assert.Equal(["c.webp", "a.png", "b.png"], found.Select(image => image.Name));
        Assert.Equal(["image/png", "image/png", "image/png"], found.Select(image => image.ContentType));
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_is_meant_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No file can be called so.");
        Make("what?.png", "whatx.png");

        Assert.Equal(["what?.png"], ImageFiles.Find([_folder["what?.png"]], fit: false).Select(image => image.Name));
    }

    [Fact]
    public void Of_every_picture_the_command_line_tells_what_the_app_tells()
    {
        foreach ((string name, byte[] file, bool usable) in TestPictures.All)
        {
            File.WriteAllBytes(_folder["picture"], file);
            string? told = Record.Exception(() => ImageFiles.Find([_folder["picture"]], fit: false)) is UsageException refused ? refused.Message : null;
            Assert.True(usable == (told is null), $"{name}: {told}");
            if (file.Length <= ImageCheck.MaxBytes && !usable)
                Assert.Contains($"cannot be used: {ImageCheck.Check(file).Problem}", told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(4000, 3000, 2000, 1500, "scaled from 4000 x 3000 to 2000 x 1500 pixels")]
    [InlineData(900, 2400, 750, 2000, "scaled from 900 x 2400 to 750 x 2000 pixels")]
    public async Task A_picture_that_is_too_large_is_refused_with_a_hint_and_scaled_with_fit(int width, int height, int wide, int high, string changes)
    {
        File.WriteAllBytes(_folder["phone.png"], TestImages.Png(width, height));

        UsageException refused = Assert.Throws<UsageException>(() => ImageFiles.Find([_folder["phone.png"]], fit: false));
        Assert.EndsWith($"With --fit it is {changes}.", refused.Message, StringComparison.Ordinal);
        InputImage image = ImageFiles.Find([_folder["phone.png"]], fit: true)[0];

        Assert.Equal(("image/jpeg", changes), (image.ContentType, image.Changes));
        byte[] sent = await image.ReadAsync(TestContext.Current.CancellationToken);
        ImageVerdict verdict = ImageCheck.Check(sent);
        Assert.Equal((ImageKind.Jpeg, wide, high), (verdict.Kind, verdict.Width, verdict.Height));
        // With an idempotency key the same command must send the same.
        Assert.Equal(sent, await image.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(File.ReadAllBytes(_folder["phone.png"]), await File.ReadAllBytesAsync(_folder["phone.png"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_transparent_picture_is_put_on_white_with_fit_and_what_is_cut_or_too_small_is_refused_as_without()
    {
        File.WriteAllBytes(_folder["clear.png"], TestImages.Png(640, 480, TestImages.Rgba));
        InputImage clear = ImageFiles.Find([_folder["clear.png"]], fit: true)[0];
        Assert.Equal("put on white where it was transparent", clear.Changes);
        using SKBitmap drawn = SKBitmap.Decode(PictureFit.Make(File.ReadAllBytes(_folder["clear.png"]))!.File);
        Assert.Equal(SKColors.White, drawn.GetPixel(320, 240));

        foreach ((string name, byte[] file) in new[] { ("cut", TestImages.Png(3000, 3000)[..^200]), ("narrow", TestImages.Png(4000, 400)), ("small", TestImages.Png(100, 100)) })
        {
            File.WriteAllBytes(_folder[name], file);
            UsageException refused = Assert.Throws<UsageException>(() => ImageFiles.Find([_folder[name]], fit: true));
            Assert.EndsWith(ImageCheck.Check(file).Problem!, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_picture_of_a_camera_that_was_turned_is_sent_upright()
    {
        // 2400 x 1200 as the sensor saw it, red on its left, to be turned by a quarter clockwise: red is on top then.
        using SKBitmap seen = new(2400, 1200);
        using (SKCanvas canvas = new(seen))
        {
            canvas.Clear(SKColors.Blue);
            canvas.DrawRect(0, 0, 1200, 1200, new SKPaint { Color = SKColors.Red });
        }

        byte[] jpeg = seen.Encode(SKEncodedImageFormat.Jpeg, 90).ToArray();
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        PictureFit fitted = PictureFit.Make([.. jpeg[..2], .. exif, .. jpeg[2..]])!;

        using SKBitmap upright = SKBitmap.Decode(fitted.File);
        Assert.Equal((1000, 2000), (upright.Width, upright.Height));
        Assert.True(upright.GetPixel(500, 300) is { Red: > 200, Blue: < 60 }, $"{upright.GetPixel(500, 300)}");
        Assert.True(upright.GetPixel(500, 1700) is { Blue: > 200, Red: < 60 }, $"{upright.GetPixel(500, 1700)}");
    }

    [Fact]
    public async Task Several_images_are_not_saved_in_one_file()
    {
        Make("a.png", "b.png");
        GenerateOptions options = new()
        {
            Images = [_folder["*.png"]],
            Request = new VideoGenerationRequest { Prompt = "x" },
            Out = "cat.mp4",
            Connection = new AppConnection(null, null, _folder["data"]),
            Local = new LocalEnvironmentOptions(),
        };

        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => GenerateRun.RunAsync(options));
        Assert.Contains($"write cat.mp4{Path.DirectorySeparatorChar}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_handed_on_and_named_after_its_last_part()
    {
        InputImage[] found = [.. ImageFiles.Find(["https://example.com/shop/cat.png?size=1", "https://example.com/"], fit: false)];

        Assert.Equal([("cat.png", null), ("example.com", null)], found.Select(image => (image.Name, image.ContentType)));
        Assert.Equal("cat.png", found[0].Reference);
    }

    [Fact]
    public void Of_several_images_each_has_a_key_that_follows_from_its_content_wherever_it_stands()
    {
        Make("a.png");
        File.WriteAllBytes(_folder["b.png"], TestImages.Png(400, 400));
        GenerateOptions options = new()
        {
            Images = [],
            Request = new VideoGenerationRequest(),
            IdempotencyKey = "order",
            Connection = new AppConnection(null, null, _folder["data"]),
            Local = new LocalEnvironmentOptions(),
        };

        string[] keys = [.. ImageFiles.Find([_folder["a.png"], _folder["b.png"]], fit: false).Select(image => options.KeyOf(image, 2))];
        Assert.Equal(keys.Reverse(), ImageFiles.Find([_folder["b.png"], _folder["a.png"]], fit: false).Select(image => options.KeyOf(image, 2)));
        Assert.Equal(2, keys.Distinct().Count());
        Assert.All(keys, key => Assert.StartsWith("order.", key, StringComparison.Ordinal));
        Assert.Equal("order", options.KeyOf(ImageFiles.Find([_folder["a.png"]], fit: false)[0], 1));
    }

    private void Make(params string[] names)
    {
        foreach (string name in names)
            File.Copy(Path.Combine(Clone.Root, "samples", "cat.png"), _folder[name]);
    }
}
