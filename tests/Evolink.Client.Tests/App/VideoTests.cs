using System.Security.Cryptography;

namespace Evolink.Client.Tests.App;

public sealed class VideoTests : IDisposable
{
    private static readonly byte[] Video = [1, 2, 3];
    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-client-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_video_is_checked_against_what_the_app_tells_of_it_and_its_link_never_gets_the_key()
    {
        await using var storage = await StorageAsync();
        var task = Completed(storage);
        using MemoryStream target = new();

        var downloaded = await storage.AppClient().DownloadToAsync(task, target);

        Assert.Equal(Video, target.ToArray());
        Assert.Equal(new DownloadedVideo(3, Convert.ToHexStringLower(SHA256.HashData(Video))), downloaded);
        Assert.DoesNotContain("Authorization", Assert.Single(storage.Seen).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_video_that_is_not_the_one_that_was_stored_or_not_there_is_an_error()
    {
        await using var storage = await StorageAsync();
        var task = Completed(storage);

        Assert.Equal(EvolinkErrorCodes.DownloadDamaged, await CodeAsync(task with { Video = task.Video! with { Size = 4 } }));
        Assert.Equal(EvolinkErrorCodes.DownloadDamaged, await CodeAsync(task with { Video = task.Video! with { Sha256 = new string('0', 64) } }));
        Assert.Equal(EvolinkErrorCodes.ResultMissing, await CodeAsync(task with { Results = null }));

        async Task<string> CodeAsync(EvolinkAppTask wrong) =>
            (await Assert.ThrowsAsync<EvolinkException>(() => storage.AppClient().DownloadToAsync(wrong, new MemoryStream()))).Code;
    }

    [Fact]
    public async Task A_video_is_in_its_file_whole_or_not_at_all()
    {
        await using var storage = await StorageAsync();
        var task = Completed(storage);
        var client = storage.AppClient();
        string file = Path.Combine(_folder, "videos", "cat.mp4");

        await Assert.ThrowsAsync<EvolinkException>(() => client.DownloadToAsync(task with { Video = task.Video! with { Size = 4 } }, file));

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "videos")));
        await client.DownloadToAsync(task, file);
        Assert.Equal(Video, await File.ReadAllBytesAsync(file));
        Assert.Equal([file], Directory.GetFiles(Path.Combine(_folder, "videos")));
    }

    [Fact]
    public async Task In_a_folder_no_video_takes_the_place_of_another_ones()
    {
        await using var storage = await StorageAsync();
        var task = Completed(storage);

        Assert.Equal(Path.Combine(_folder, "dog.mp4"), await storage.AppClient().DownloadToFolderAsync(task, _folder, "dog"));
        Assert.Equal(Path.Combine(_folder, "dog-gen-1.mp4"), await storage.AppClient().DownloadToFolderAsync(task, _folder, "dog"));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task An_id_that_a_server_made_up_leads_to_no_other_folder()
    {
        await using var storage = await StorageAsync();
        await storage.AppClient().DownloadToAsync(Completed(storage) with { Id = "../../x" }, Path.Combine(_folder, "a", "cat.mp4"));
        Assert.Equal([Path.Combine(_folder, "a", "cat.mp4")], Directory.GetFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_video_is_opened_by_its_id_and_where_that_leads_the_key_does_not_go()
    {
        await using var storage = await StorageAsync();
        await using var app = await StubApi.StartAsync(context =>
        {
            context.Response.Redirect(storage.Url + "video.mp4?sig=1");
            return Task.CompletedTask;
        });

        await using Stream video = await app.AppClient().OpenVideoAsync("gen-1");
        using MemoryStream read = new();
        await video.CopyToAsync(read);

        Assert.Equal(Video, read.ToArray());
        Assert.Equal(("/v1/videos/gen-1/content", "Bearer " + Clients.AppKey), (Assert.Single(app.Seen).Target, app.Seen[0].Headers["Authorization"]));
        Assert.DoesNotContain("Authorization", Assert.Single(storage.Seen).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_video_that_is_not_there_is_told_in_the_apps_words()
    {
        await using var app = await StubApi.StartAsync(404, """{"error":{"code":"video_not_found","message":"The task is failed; it has no video."}}""");
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => app.AppClient().OpenVideoAsync("gen-1"));
        Assert.Equal(("video_not_found", "The task is failed; it has no video."), (failure.Code, failure.ErrorMessage));
    }

    private static Task<StubApi> StorageAsync() => StubApi.StartAsync(async context =>
    {
        context.Response.ContentLength = Video.Length;
        await context.Response.Body.WriteAsync(Video);
    });

    private static EvolinkAppTask Completed(StubApi storage) => new()
    {
        Id = "gen-1",
        Status = VideoTaskStatus.Completed,
        Results = [new Uri(storage.Url, "video.mp4?sig=1")],
        Video = new EvolinkAppVideo(3, Convert.ToHexString(SHA256.HashData(Video)), "video/mp4"),
    };
}
