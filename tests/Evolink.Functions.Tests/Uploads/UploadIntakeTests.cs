using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Functions.Tests.Support;
using Evolink.Functions.Uploads;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace Evolink.Functions.Tests.Uploads;

/// <summary>What becomes of uploads and their sidecars, in every order; the trigger is called by hand, as often and as late as a test wants.</summary>
[Collection(nameof(StorageCollection))]
public sealed class UploadIntakeTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly byte[] Cat = File.ReadAllBytes(Path.Combine(Clone.Root, "samples", "cat.png"));

    private StoredApp _app = null!;

    private EvolinkStorage Storage => _app.Storage;

    public async ValueTask InitializeAsync()
    {
        _app = await StartAsync();
        foreach (BlobContainerClient container in (BlobContainerClient[])[Storage.Uploads, Storage.Rejected])
        {
            foreach (string name in await NamesAsync(container))
                await container.DeleteBlobIfExistsAsync(name);
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("a cat, with spaces & more.png")]
    [InlineData("猫/Ünïcödé 🐈.png")]
    [InlineData("/leading slash.png")]
    [InlineData("percent %2e%2e/%20 and #?+.png")]
    [InlineData("no extension")]
    public async Task Blob_names_with_spaces_unicode_and_a_leading_slash_are_names_like_others(string name)
    {
        JobId id = await PutAsync(name, Cat, Prompt);
        await TakeAsync(name);
        Assert.Equal("alice", (await _app.Store.ReadAsync(id, CancellationToken.None)).Client);
        await PutAsync(name, "no image"u8.ToArray());
        await TakeAsync(name);
        Assert.Equal("image_not_usable", Assert.Single(await ReasonsAsync()).Code);
        Assert.False(await Storage.Uploads.GetBlobClient(name).ExistsAsync());
    }

    [Fact]
    public async Task A_blob_name_with_dot_dot_touches_no_other_blob_and_is_told()
    {
        await Storage.Images.GetBlobClient("alice/target").UploadAsync(new BinaryData("no image"), overwrite: true);
        await TakeAsync("../images/alice/target");
        Assert.True(await Storage.Images.GetBlobClient("alice/target").ExistsAsync());
        Assert.Equal(("../images/alice/target", "name_not_usable"), Assert.Single(await ReasonsAsync()));
    }

    [Fact]
    public async Task One_version_is_one_job_however_often_it_is_told_and_the_next_version_another()
    {
        JobId first = await PutAsync("cat.png", Cat, Prompt);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TakeAsync("cat.png")));
        JobId second = await PutAsync("cat.png", Cat, Prompt);
        await TakeAsync("cat.png");
        await Storage.Uploads.GetBlobClient("cat.png").DeleteAsync();
        await TakeAsync("cat.png");
        Assert.NotEqual(first, second);
        Assert.Equal([first, second], await JobsAsync(first, second));
        Assert.Empty(await ReasonsAsync());
    }

    [Fact]
    public async Task A_sidecar_that_comes_long_after_its_image_starts_it_once()
    {
        JobId id = await PutAsync("cat.png", Cat);
        await TakeAsync("cat.png");
        Assert.Equal(("cat.png", "prompt_missing"), Assert.Single(await ReasonsAsync()));
        Assert.False(await Storage.Uploads.GetBlobClient("cat.png").ExistsAsync());

        // The first one has a mistake, which is told in place of the missing prompt.
        await PutAsync("cat.json", "{"u8.ToArray());
        await TakeAsync("cat.json");
        Assert.Equal(("cat.png", "options_not_valid"), Assert.Single(await ReasonsAsync()));
        await PutAsync("cat.json", """{"prompt":"A cat playing piano"}"""u8.ToArray());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TakeAsync("cat.json")));
        Assert.Equal([id], await JobsAsync(id));
        Assert.Empty(await ReasonsAsync());
        Assert.Empty(await NamesAsync(Storage.Rejected));
    }

    [Fact]
    public async Task A_sidecar_starts_an_image_that_waits_for_it_and_another_one_later_starts_nothing()
    {
        await using StoredApp patient = await StartAsync(options => options.Uploads.SidecarWait = TimeSpan.FromMinutes(1));
        JobId id = await PutAsync("cat.png", Cat);
        using CancellationTokenSource enough = new();
        Task waiting = TakeAsync(patient, "cat.png", enough.Token);
        while (!patient.Log.Lines.Any(line => line.Contains(" 1601: ", StringComparison.Ordinal)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        await PutAsync("cat.png.json", """{"prompt":"A cat playing piano"}"""u8.ToArray());
        await TakeAsync("cat.png.json");
        Assert.False(waiting.IsCompleted);
        Assert.Equal([id], await JobsAsync(id));

        await PutAsync("cat.png.json", """{"prompt":"A cat playing drums"}"""u8.ToArray());
        await TakeAsync("cat.png.json");
        Assert.Equal("A cat playing piano", (await _app.Store.ReadRequestAsync(id, CancellationToken.None)).Body.Prompt);
        Assert.Empty(await ReasonsAsync());
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task An_image_and_its_unusable_sidecar_at_the_same_moment_are_rejected_once_without_an_error()
    {
        const int Pairs = 40;
        await Task.WhenAll(Enumerable.Range(0, Pairs).Select(async number =>
        {
            await PutAsync($"{number}.json", """{"prompt":"A cat","colour":"red"}"""u8.ToArray());
            await PutAsync($"{number}.png", Cat);
            await Task.WhenAll(TakeAsync($"{number}.png"), TakeAsync($"{number}.json"));
        }));
        Assert.Equal(Pairs, (await ReasonsAsync()).Count);
        Assert.All(await ReasonsAsync(), reason => Assert.Equal("options_not_valid", reason.Code));
        Assert.Equal(Pairs, (await NamesAsync(Storage.Rejected)).Count(name => name.EndsWith(".png", StringComparison.Ordinal)));
        Assert.DoesNotContain(await NamesAsync(Storage.Uploads), name => name.EndsWith(".png", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sidecars_and_defaults_start_nothing_and_stay()
    {
        string[] names = ["_defaults.json", "cats/_defaults.json", "dog.json"];
        foreach (string name in names)
        {
            await PutAsync(name, """{"prompt":"A dog"}"""u8.ToArray());
            await TakeAsync(name);
        }

        Assert.Equal(names.Order(StringComparer.Ordinal), await NamesAsync(Storage.Uploads));
        Assert.Empty(await NamesAsync(Storage.Rejected));
    }

    [Fact]
    public async Task An_app_that_is_not_ready_leaves_the_upload_where_it_is_and_says_so_to_the_host()
    {
        await using StoredApp unready = await StartAsync(options => options.ApiKey = null);
        await PutAsync("cat.png", Cat, Prompt);
        Assert.Contains("Evolink:ApiKey", (await Assert.ThrowsAsync<InvalidOperationException>(() => TakeAsync(unready, "cat.png"))).Message, StringComparison.Ordinal);
        Assert.Equal(["cat.png"], await NamesAsync(Storage.Uploads));
        Assert.Empty(await NamesAsync(Storage.Rejected));
    }

    private static Dictionary<string, string> Prompt => new() { ["prompt"] = "A cat playing piano", ["duration"] = "2" };

    private Task<StoredApp> StartAsync(Action<EvolinkOptions>? configure = null) => StoredApp.StartAsync(azurite, options =>
    {
        (options.Uploads.Client, options.Uploads.SidecarWait) = ("alice", TimeSpan.Zero);
        configure?.Invoke(options);
    });

    private Task TakeAsync(string name) => TakeAsync(_app, name);

    private static Task TakeAsync(StoredApp app, string name, CancellationToken cancellationToken = default) =>
        app.Get<UploadIntake>().TakeAsync(app.Durable, name, cancellationToken);

    /// <summary>Puts a blob there, and says which job it would be.</summary>
    private async Task<JobId> PutAsync(string name, byte[] content, Dictionary<string, string>? metadata = null)
    {
        BlobContentInfo version = await Storage.Uploads.GetBlobClient(name).UploadAsync(new BinaryData(content), new BlobUploadOptions { Metadata = metadata });
        return JobId.From("blob", "alice", $"{name}\n{version.ETag.ToString("G").Trim('"')}");
    }

    private async Task<List<JobId>> JobsAsync(params JobId[] candidates)
    {
        List<JobId> found = [];
        foreach (JobId id in candidates)
        {
            if (await _app.Store.FindAsync(id, CancellationToken.None) is not null)
                found.Add(id);
        }

        Assert.Superset(found.Select(id => id.Value).ToHashSet(), _app.Durable.Started.ToHashSet());
        return found;
    }

    private async Task<List<(string Name, string Code)>> ReasonsAsync()
    {
        List<(string Name, string Code)> reasons = [];
        foreach (string name in (await NamesAsync(Storage.Rejected)).Where(name => name.EndsWith("/reason.json", StringComparison.Ordinal)))
        {
            JsonElement reason = JsonElement.Parse((await Storage.Rejected.GetBlobClient(name).DownloadContentAsync()).Value.Content);
            reasons.Add((reason.GetProperty("name").GetString()!, reason.GetProperty("code").GetString()!));
        }

        return reasons;
    }

    private static async Task<List<string>> NamesAsync(BlobContainerClient container)
    {
        List<string> names = [];
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, TestContext.Current.CancellationToken))
            names.Add(blob.Name);
        return names;
    }
}
