using Evolink.Client;
using Evolink.LocalHost.Cli;
using Evolink.LocalHost.Hosting;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Tests.Support;
using Evolink.Testing;

namespace Evolink.LocalHost.Tests.Cli;

public sealed class ImageFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pattern_finds_its_files_in_order_and_each_once()
    {
        Make("b.png", "a.png", "c.webp", "d.txt");

        IReadOnlyList<InputImage> found = ImageFiles.Find([_folder["c.webp"], _folder["*.png"], _folder["b.png"]]);

        Assert.Equal(["c.webp", "a.png", "b.png"], found.Select(image => image.Name));
        Assert.Equal(["image/png", "image/png", "image/png"], found.Select(image => image.ContentType));
    }

    [Fact]
    public void A_file_whose_name_looks_like_a_pattern_is_meant_itself()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "No file can be called so.");
        Make("what?.png", "whatx.png");

        Assert.Equal(["what?.png"], ImageFiles.Find([_folder["what?.png"]]).Select(image => image.Name));
    }

    [Fact]
    public void Of_every_picture_the_command_line_tells_what_the_app_tells()
    {
        foreach ((string name, byte[] file, bool usable) in TestPictures.All)
        {
            File.WriteAllBytes(_folder["picture"], file);
            string? told = Record.Exception(() => ImageFiles.Find([_folder["picture"]])) is UsageException refused ? refused.Message : null;
            Assert.True(usable == (told is null), $"{name}: {told}");
            if (file.Length <= ImageCheck.MaxBytes && !usable)
                Assert.EndsWith(ImageCheck.Check(file).Problem!, told, StringComparison.Ordinal);
        }
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
        InputImage[] found = [.. ImageFiles.Find(["https://example.com/shop/cat.png?size=1", "https://example.com/"])];

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

        string[] keys = [.. ImageFiles.Find([_folder["a.png"], _folder["b.png"]]).Select(image => options.KeyOf(image, 2))];
        Assert.Equal(keys.Reverse(), ImageFiles.Find([_folder["b.png"], _folder["a.png"]]).Select(image => options.KeyOf(image, 2)));
        Assert.Equal(2, keys.Distinct().Count());
        Assert.All(keys, key => Assert.StartsWith("order.", key, StringComparison.Ordinal));
        Assert.Equal("order", options.KeyOf(ImageFiles.Find([_folder["a.png"]])[0], 1));
    }

    private void Make(params string[] names)
    {
        foreach (string name in names)
            File.Copy(Path.Combine(Clone.Root, "samples", "cat.png"), _folder[name]);
    }
}
