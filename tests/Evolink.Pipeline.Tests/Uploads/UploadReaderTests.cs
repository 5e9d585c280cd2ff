using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Client;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;
using Evolink.Pipeline.Uploads;
using Evolink.Testing.Hosting;

namespace Evolink.Pipeline.Tests.Uploads;

/// <summary>What an upload is taken for; real storage, no trigger.</summary>
public sealed class UploadReaderTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Owner = "alice";

    private static readonly byte[] Cat = TestImages.Png(640, 480);

    private readonly string _folder = $"{Guid.NewGuid():N}";
    private TestPipeline _pipeline = null!;

    public async ValueTask InitializeAsync() => _pipeline = await TestPipeline.StartAsync(azurite, configure: options => options.Uploads.SidecarWait = TimeSpan.Zero);

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    [Theory]
    [InlineData("A transparent PNG", "transparent")]
    [InlineData("a 359-pixel image", "359 x 480")]
    [InlineData("a 2001-pixel image", "2001 x 480")]
    [InlineData("an 11 MB image", "10 MB")]
    [InlineData("a GIF renamed to .png", "GIF")]
    [InlineData("a PNG with a lying header", "damaged")]
    [InlineData("a zip bomb", "zip archive")]
    [InlineData("an empty file", "empty")]
    public async Task What_evolink_would_refuse_is_refused_and_not_copied(string what, string told)
    {
        byte[] content = what switch
        {
            "A transparent PNG" => TestImages.Png(640, 480, TestImages.Rgba),
            "a 359-pixel image" => TestImages.Png(359, 480),
            "a 2001-pixel image" => TestImages.Png(2001, 480),
            "an 11 MB image" => [.. Cat, .. new byte[11 << 20]],
            "a GIF renamed to .png" => "GIF89a\u0002\u0003\u0002\u0003 and so on"u8.ToArray(),
            "a PNG with a lying header" => TestImages.Changed(TestImages.Png(640, 480), 16, 1),
            "a zip bomb" => TestImages.ZipBomb(),
            _ => [],
        };
        Upload upload = await PutAsync("cat.png", content, Prompt());
        UploadReading.Unusable found = Assert.IsType<UploadReading.Unusable>(await ReadAsync(upload));
        Assert.Equal(RejectReason.ImageNotUsable, found.Reason.Code);
        Assert.Contains(told, found.Reason.Message, StringComparison.Ordinal);
        Assert.Null(await _pipeline.Get<ImageStore>().FindAsync(Owner, ImageStore.NameOf(content), CancellationToken.None));
    }

    [Fact]
    public async Task Metadata_holds_prompt_and_options_and_names_no_owner()
    {
        Upload upload = await PutAsync("cat.png", Cat, new()
        {
            ["Prompt"] = "A cat",
            ["duration"] = "5",
            ["prompt_extend"] = "true",
            ["shot_type"] = "multi",
            ["quality"] = "1080p",
            ["client"] = "bob",
            ["mtime"] = "1700000000.5",
        });
        VideoGenerationRequest request = Assert.IsType<UploadReading.Usable>(await ReadAsync(upload)).Request;
        Assert.Equal(("A cat", 5, "1080p", true, "multi"), (request.Prompt, request.Duration, request.Quality, request.PromptExtend, request.ModelParams!.ShotType));
        Assert.Equal([ImageLinks.Relative(ImageStore.NameOf(Cat))], request.ImageUrls);
        Assert.NotNull(await _pipeline.Get<ImageStore>().FindAsync(Owner, ImageStore.NameOf(Cat), CancellationToken.None));
    }

    [Fact]
    public async Task Each_field_comes_from_the_first_place_that_has_it()
    {
        await PutAsync("cat.png.json", """{"prompt":"from the sidecar","duration":3}"""u8.ToArray());
        await PutAsync("_defaults.json", [0xEF, 0xBB, 0xBF, .. """{"prompt":"from the folder","duration":4,"quality":"1080p"}"""u8]);
        Upload upload = await PutAsync("cat.png", Cat, new() { ["prompt_extend"] = "false" });
        VideoGenerationRequest request = Assert.IsType<UploadReading.Usable>(await ReadAsync(upload)).Request;
        Assert.Equal(("from the sidecar", 3, "1080p", false), (request.Prompt, request.Duration, request.Quality, request.PromptExtend));

        Upload other = await PutAsync("dog.png", Cat);
        Assert.Equal("from the folder", Assert.IsType<UploadReading.Usable>(await ReadAsync(other)).Request.Prompt);
        Upload own = await PutAsync("cat.png", Cat, Prompt());
        Assert.Equal(4, Assert.IsType<UploadReading.Usable>(await ReadAsync(own)).Request.Duration);
    }

    [Fact]
    public async Task Without_any_prompt_the_reason_names_every_place_where_one_could_stand()
    {
        Upload upload = await PutAsync("cat.png", Cat);
        RejectReason reason = Assert.IsType<UploadReading.Unusable>(await ReadAsync(upload)).Reason;
        Assert.Equal(RejectReason.PromptMissing, reason.Code);
        Assert.All(["cat.png.json", "cat.json", "_defaults.json", "metadata"], place => Assert.Contains(place, reason.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{", "no valid JSON")]
    [InlineData("[]", "no object")]
    [InlineData("""{"prompt":"a","prompt":"b"}""", "no valid JSON")]
    [InlineData("""{"prompt":"a","\ud800":1}""", "no valid JSON")]
    [InlineData("""{"prompt":"\ud800"}""", "surrogate")]
    [InlineData("""{"prompt":"a","duration":"5"}""", "duration")]
    [InlineData("""{"prompt":"a","client":"bob"}""", "client")]
    [InlineData("""{"prompt":"a","image_urls":["https://example.com/dog.png"]}""", "image_urls")]
    public async Task A_sidecar_with_a_mistake_is_told_and_costs_nothing(string sidecar, string told)
    {
        await PutAsync("cat.json", System.Text.Encoding.UTF8.GetBytes(sidecar));
        Upload upload = await PutAsync("cat.png", Cat);
        RejectReason reason = Assert.IsType<UploadReading.Unusable>(await ReadAsync(upload)).Reason;
        Assert.Equal(RejectReason.OptionsNotValid, reason.Code);
        Assert.Contains(told, reason.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cat.JSON")]
    [InlineData("cat.png.Json")]
    [InlineData("_defaults.JSON")]
    public async Task A_sidecar_counts_however_its_extension_is_written(string name)
    {
        await PutAsync(name, [0xEF, 0xBB, 0xBF, .. """{"prompt":"from the sidecar"}"""u8]);
        Upload upload = await PutAsync("cat.png", Cat);
        Assert.Equal("from the sidecar", Assert.IsType<UploadReading.Usable>(await ReadAsync(upload)).Request.Prompt);
        List<string> images = [];
        await foreach (Upload image in _pipeline.Get<UploadInbox>().FindImagesOfAsync($"{_folder}/{name}", CancellationToken.None))
            images.Add(image.Name);
        Assert.Equal(name.StartsWith('_') ? [] : [$"{_folder}/cat.png"], images);
        Assert.True(UploadNames.IsJson(name));
        Assert.Equal(name.StartsWith('_'), UploadNames.IsDefaults($"{_folder}/{name}"));
    }

    [Fact]
    public async Task Of_every_picture_an_upload_is_told_what_the_API_tells()
    {
        foreach ((string name, byte[] file, _) in TestPictures.All)
        {
            UploadReading found = await ReadAsync(await PutAsync("picture", file, Prompt()));
            string? problem = found is UploadReading.Unusable unusable ? unusable.Reason.Message : null;
            Assert.True(problem == ImageCheck.Check(file).Problem, $"{name}: {problem}");
        }
    }

    [Fact]
    public async Task A_version_that_is_not_there_any_more_is_nothing()
    {
        Upload upload = await PutAsync("cat.png", Cat, Prompt());
        await PutAsync("cat.png", [.. Cat, 0], Prompt());
        Assert.IsType<UploadReading.Gone>(await ReadAsync(upload));
        await upload.Blob.DeleteAsync();
        Assert.IsType<UploadReading.Gone>(await ReadAsync(upload));
    }

    [Fact]
    public async Task A_rejected_upload_is_moved_step_by_step_and_a_newer_version_stays()
    {
        RejectedUploads rejected = _pipeline.Get<RejectedUploads>();
        Upload upload = await PutAsync("cat.png", "no image"u8.ToArray());
        RejectReason reason = new(RejectReason.ImageNotUsable, "for the test");
        // As after a crash: the first steps are done twice.
        Assert.True(await rejected.KeepAsync(upload, reason, CancellationToken.None));
        Assert.True(await rejected.KeepAsync(upload, reason, CancellationToken.None));
        Upload newer = await PutAsync("cat.png", Cat, Prompt());
        await RejectedUploads.RemoveOriginalAsync(upload, CancellationToken.None);
        Assert.True(await newer.Blob.ExistsAsync());

        string place = $"{_folder}/cat.png/{upload.Version}/";
        Assert.Equal([place + "cat.png", place + "reason.json"], await NamesAsync(_pipeline.Get<EvolinkStorage>().Rejected));
        BinaryData kept = (await _pipeline.Get<EvolinkStorage>().Rejected.GetBlobClient(place + "cat.png").DownloadContentAsync()).Value.Content;
        Assert.Equal("no image", kept.ToString());
    }

    [Fact]
    public async Task An_upload_that_is_rejected_in_two_places_at_once_is_copied_once_and_nobody_fails()
    {
        RejectedUploads rejected = _pipeline.Get<RejectedUploads>();
        RejectReason reason = new(RejectReason.OptionsNotValid, "for the test");
        for (int round = 0; round < 20; round++)
        {
            Upload upload = await PutAsync($"{round}.png", Cat);
            bool[] kept = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                bool here = await rejected.KeepAsync(upload, reason, CancellationToken.None);
                await RejectedUploads.RemoveOriginalAsync(upload, CancellationToken.None);
                return here;
            }));
            Assert.DoesNotContain(false, kept);
            string place = $"{_folder}/{round}.png/{upload.Version}/{round}.png";
            Assert.Equal(Cat, (await _pipeline.Get<EvolinkStorage>().Rejected.GetBlobClient(place).DownloadContentAsync()).Value.Content.ToArray());
        }
    }

    [Fact]
    public async Task A_version_that_was_replaced_before_it_was_copied_is_not_kept()
    {
        RejectedUploads rejected = _pipeline.Get<RejectedUploads>();
        RejectReason reason = new(RejectReason.OptionsNotValid, "for the test");
        Upload upload = await PutAsync("cat.png", Cat);
        await PutAsync("cat.png", "another"u8.ToArray());
        Assert.False(await rejected.KeepAsync(upload, reason, CancellationToken.None));
        Assert.Empty(await NamesAsync(_pipeline.Get<EvolinkStorage>().Rejected));
    }

    [Theory]
    [InlineData("a/../b.png", false)]
    [InlineData("..", false)]
    [InlineData("./a.png", false)]
    [InlineData("a\\..\\b.png", false)]
    [InlineData("a..b.png", true)]
    [InlineData("/a b.png", true)]
    [InlineData("...", true)]
    public void A_name_with_dot_segments_is_not_addressed(string name, bool addressable) => Assert.Equal(addressable, UploadNames.IsAddressable(name));

    private static Dictionary<string, string> Prompt() => new() { ["prompt"] = "A cat playing piano" };

    private Task<UploadReading> ReadAsync(Upload upload) => _pipeline.Get<UploadReader>().ReadAsync(upload, Owner, CancellationToken.None);

    private async Task<Upload> PutAsync(string name, byte[] content, Dictionary<string, string>? metadata = null)
    {
        await _pipeline.Get<EvolinkStorage>().Uploads.GetBlobClient($"{_folder}/{name}").UploadAsync(new BinaryData(content), new BlobUploadOptions { Metadata = metadata });
        return (await _pipeline.Get<UploadInbox>().FindAsync($"{_folder}/{name}", CancellationToken.None))!;
    }

    private async Task<List<string>> NamesAsync(BlobContainerClient container)
    {
        List<string> names = [];
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _folder, TestContext.Current.CancellationToken))
            names.Add(blob.Name);
        return names;
    }
}
