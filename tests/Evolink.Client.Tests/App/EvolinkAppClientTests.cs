using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Evolink.Client.Tests.App;

public sealed class EvolinkAppClientTests
{
    private const string Key = "client-key";
    private const string Waiting = """
        {"id":"gen-1","created":1795856380,"status":"pending","phase":"parked","progress":0,"metadata":{"order":"7"},
         "waiting_for":{"code":"evolink_unauthorized","message":"Evolink refuses the key.","since":"2026-11-28T10:00:00Z"}}
        """;

    [Fact]
    public async Task A_generation_is_started_under_its_key_and_read_with_what_the_app_adds()
    {
        await using var app = await StubApi.StartAsync(200, Waiting);

        var task = await Client(app).StartAsync(Clients.Cat, "order-7");

        Assert.Equal(("gen-1", false, "parked", 0), (task.Id, task.IsOver, task.Phase, task.Progress));
        Assert.Equal("evolink_unauthorized", task.WaitingFor!.Code);
        Assert.Equal("7", task.Metadata!["order"]);
        var request = Assert.Single(app.Seen);
        Assert.Equal(("POST", "/v1/videos/generations"), (request.Method, request.Target));
        Assert.Equal(("order-7", "Bearer " + Key), (request.Headers["Idempotency-Key"], request.Headers["Authorization"]));
        Assert.Equal("A cat playing piano", (string?)JsonNode.Parse(request.Body)!["prompt"]);
    }

    [Fact]
    public async Task A_wait_is_asked_for_in_whole_seconds()
    {
        await using var app = await StubApi.StartAsync(200, Waiting);
        await Client(app).GetTaskAsync("gen-1", TimeSpan.FromSeconds(25));
        Assert.Equal("wait=25", Assert.Single(app.Seen).Headers["Prefer"]);
    }

    [Fact]
    public async Task Transient_trouble_is_waited_out_and_what_the_app_refuses_is_told_in_its_own_words()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(503, "<html>", ("Retry-After", "0")), StubApi.Answer(429, "{}", ("Retry-After", "0")),
            StubApi.Answer(404, """{"error":{"code":"task_not_found","message":"There is no such task.","type":"invalid_request_error"}}"""));

        var refused = await Assert.ThrowsAsync<EvolinkAppException>(() => Client(app).GetTaskAsync("gen-1"));

        Assert.Equal(("task_not_found", "There is no such task.", 404), (refused.Code, refused.Message, refused.StatusCode));
        Assert.Equal(3, app.Seen.Count);
    }

    [Fact]
    public async Task Somebody_elses_error_page_is_an_error_of_its_status()
    {
        await using var app = await StubApi.StartAsync(403, "<html>");
        Assert.Equal("http_403", (await Assert.ThrowsAsync<EvolinkAppException>(() => Client(app).CancelTaskAsync("gen-1"))).Code);
    }

    [Fact]
    public async Task Tasks_are_listed_page_by_page_and_no_further_than_they_are_asked_for()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(200, """{"data":[{"id":"gen-3"},{"id":"gen-2"}],"next":"a b"}"""), StubApi.Answer(200, """{"data":[{"id":"gen-1"}]}"""));

        Assert.Equal(["gen-3", "gen-2"], await Client(app).ListTasksAsync("failed").Take(2).Select(task => task.Id).ToListAsync());
        Assert.Single(app.Seen);
        Assert.Equal("/v1/tasks?limit=100&status=failed", app.Seen[0].Target);

        await using var again = await StubApi.StartAsync(
            StubApi.Answer(200, """{"data":[{"id":"gen-3"}],"next":"a b"}"""), StubApi.Answer(200, """{"data":[{"id":"gen-1"}]}"""));
        Assert.Equal(["gen-3", "gen-1"], await Client(again).ListTasksAsync().Select(task => task.Id).ToListAsync());
        Assert.Equal("/v1/tasks?limit=100&after=a%20b", again.Seen[1].Target);
    }

    [Fact]
    public async Task A_video_is_checked_against_what_the_app_tells_of_it_and_its_link_never_gets_the_key()
    {
        byte[] video = [1, 2, 3];
        await using var storage = await StubApi.StartAsync(async context => await context.Response.Body.WriteAsync(video));
        var task = new EvolinkAppTask
        {
            Id = "gen-1",
            Status = "completed",
            Results = [storage.Url + "video.mp4?sig=1"],
            Video = new EvolinkAppVideo(3, Convert.ToHexString(SHA256.HashData(video)), "video/mp4"),
        };
        using MemoryStream target = new();

        await Client(storage).DownloadVideoAsync(task, target);

        Assert.Equal(video, target.ToArray());
        Assert.DoesNotContain("Authorization", Assert.Single(storage.Seen).Headers.Keys, StringComparer.OrdinalIgnoreCase);
        var damaged = await Assert.ThrowsAsync<EvolinkAppException>(
            () => Client(storage).DownloadVideoAsync(task with { Video = task.Video with { Size = 4 } }, new MemoryStream()));
        Assert.Equal("download_damaged", damaged.Code);
        var missing = await Assert.ThrowsAsync<EvolinkAppException>(() => Client(storage).DownloadVideoAsync(task with { Results = null }, new MemoryStream()));
        Assert.Equal("result_missing", missing.Code);
    }

    [Fact]
    public async Task A_task_is_followed_to_its_end()
    {
        await using var app = await StubApi.StartAsync(
            StubApi.Answer(200, """{"id":"gen-1","status":"pending"}"""),
            StubApi.Answer(200, """{"id":"gen-1","status":"processing"}"""),
            StubApi.Answer(200, """{"id":"gen-1","status":"failed"}"""));

        Assert.Equal(["pending", "processing", "failed"], await Client(app).WatchAsync("gen-1").Select(task => task.Status).ToListAsync());
        Assert.Equal([null, "wait=25", "wait=25"], app.Seen.Select(request => request.Headers.GetValueOrDefault("Prefer")));
    }

    [Fact]
    public async Task A_video_is_in_its_file_whole_or_not_at_all()
    {
        byte[] video = [1, 2, 3];
        await using var storage = await StubApi.StartAsync(async context => await context.Response.Body.WriteAsync(video));
        var task = new EvolinkAppTask
        {
            Id = "gen-1",
            Status = "completed",
            Results = [storage.Url + "video.mp4?sig=1"],
            Video = new EvolinkAppVideo(3, Convert.ToHexString(SHA256.HashData(video)), "video/mp4"),
        };
        string folder = Directory.CreateTempSubdirectory("evolink-client-").FullName;
        try
        {
            string file = Path.Combine(folder, "videos", "cat.mp4");
            await Assert.ThrowsAsync<EvolinkAppException>(
                () => Client(storage).DownloadVideoAsync(task with { Video = task.Video with { Size = 4 } }, file));
            Assert.Empty(Directory.GetFiles(Path.Combine(folder, "videos")));
            await Client(storage).DownloadVideoAsync(task, file);
            Assert.Equal(video, await File.ReadAllBytesAsync(file));
            Assert.Equal([file], Directory.GetFiles(Path.Combine(folder, "videos")));
            Assert.Equal(Path.Combine(folder, "dog.mp4"), await Client(storage).DownloadVideoAsync(task, folder, "dog"));
            // Never over another one's.
            Assert.Equal(Path.Combine(folder, "dog-gen-1.mp4"), await Client(storage).DownloadVideoAsync(task, folder, "dog"));
            Assert.Equal(2, Directory.GetFiles(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_image_is_uploaded_with_its_type()
    {
        await using var app = await StubApi.StartAsync(200, """{"url":"https://app.example/v1/images/1"}""");
        Assert.Equal("https://app.example/v1/images/1", await Client(app).UploadImageAsync([1, 2], "image/png"));
        Assert.Equal("image/png", Assert.Single(app.Seen).Headers["Content-Type"]);
    }

    [Fact]
    public async Task Any_other_call_is_json_in_and_out()
    {
        await using var app = await StubApi.StartAsync(StubApi.Answer(200, """{"state":"stopped"}"""), StubApi.Answer(200, "<html>"));
        Assert.Equal("stopped", (string?)(await Client(app).SendAsync(HttpMethod.Post, "v1/submits/pause"))["state"]);
        Assert.Equal("invalid_answer", (await Assert.ThrowsAsync<EvolinkAppException>(() => Client(app).SendAsync(HttpMethod.Get, "v1/submits"))).Code);
    }

    private static EvolinkAppClient Client(StubApi app) => new(new HttpClient(), app.Url, Key);
}
