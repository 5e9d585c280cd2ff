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

        IReadOnlyList<LocalImage> found = ImageFiles.Find([_folder["c.webp"], _folder["*.png"], _folder["b.png"]]);

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
            Prompt = "x",
            Out = "cat.mp4",
            Connection = new AppConnection(null, null, _folder["data"]),
            Local = new LocalEnvironmentOptions(),
        };

        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => GenerateRun.RunAsync(options));
        Assert.Contains($"write cat.mp4{Path.DirectorySeparatorChar}", refused.Message, StringComparison.Ordinal);
    }

    private void Make(params string[] names)
    {
        foreach (string name in names)
            File.Copy(Path.Combine(Clone.Root, "samples", "cat.png"), _folder[name]);
    }
}
