using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Images that come in through the app.</summary>
[Collection(nameof(ImagesCollection))]
public sealed class ImageTests(ImagesApp images) : AppTests(images.App)
{
    [Fact]
    public async Task An_image_is_served_to_its_owner_and_to_nobody_else()
    {
        string link = await Client.UploadSampleAsync();
        using HttpResponseMessage own = await Client.GetAsync(link);
        Assert.Equal("image/png", own.Content.Headers.ContentType!.MediaType);
        Assert.Equal(await File.ReadAllBytesAsync(Api.SamplePath), await own.Content.ReadAsByteArrayAsync());
        using HttpClient bob = App.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync(link);
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "image_not_found");
    }

    [Fact]
    public async Task An_image_can_be_named_by_its_hash_alone_by_its_owner()
    {
        string name = (await Client.UploadSampleAsync()).Split('/')[^1];
        string body = $$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image":"{{name}}","duration":2}""";
        JobId id = await Client.StartAsync(body);
        // The simulator fetches the image as Evolink does, and fails the task where it cannot.
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        using HttpClient bob = App.Client(TestApp.OtherClientKey);
        using HttpResponseMessage response = await bob.GenerateAsync(body);
        Assert.Equal("image", (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Another_clients_image_cannot_be_used()
    {
        string link = await Client.UploadSampleAsync();
        using HttpClient bob = App.Client(TestApp.OtherClientKey);
        using HttpResponseMessage response = await bob.GenerateAsync(Api.Body(image: link));
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("image_urls[0]", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task A_link_of_the_app_that_is_no_image_of_the_callers_is_refused_and_leaves_the_idempotency_key_free()
    {
        string link = await Client.UploadSampleAsync();
        string key = $"order-{Guid.NewGuid():N}";
        UriBuilder elsewhere = new(link) { Host = "localhost" };
        string[] wrong =
        [
            link[..^40] + "...", link[..^64] + new string('0', 64), link + "?s=1",
            new Uri(new Uri(link), "/v1/videos/gen-x/content").AbsoluteUri,
            new UriBuilder(link) { Host = "localhost", Path = "/cat.png" }.Uri.AbsoluteUri, new Uri(link).GetLeftPart(UriPartial.Authority),
        ];
        foreach (string image in wrong)
        {
            using HttpResponseMessage refused = await Client.GenerateAsync(Api.Body(image: image), key);
            JsonElement error = await refused.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
            Assert.Equal("image_urls[0]", error.GetProperty("param").GetString());
        }

        JobId id = await Client.StartAsync(Api.Body(image: elsewhere.Uri.AbsoluteUri), key);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
    }

    [Fact]
    public async Task Evolink_fetches_the_image_by_a_signed_link_that_opens_nothing_else()
    {
        string link = await Client.UploadSampleAsync();
        JobId id = await Client.StartAsync(Api.Body(image: link));
        // The simulator fetches the image as Evolink does, and fails the task where it cannot.
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        using HttpClient nobody = App.Client(null);
        using HttpResponseMessage forged = await nobody.GetAsync(link + "?c=alice&e=9999999999&k=k1&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "image_not_found");
    }

    [Fact]
    public async Task An_image_and_a_prompt_become_a_video_that_is_byte_for_byte_what_evolink_served()
    {
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        JobRecord job = await App.EndOfAsync(id);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());

        JsonElement task = await Client.TaskAsync(id);
        byte[] video = await Client.GetByteArrayAsync(task.GetProperty("results")[0].GetString());
        VideoReport served = Assert.Single((await App.Simulator.ReadLedgerAsync()).Tasks, each => each.Prompt == Prompt).Video!;
        Assert.Equal(served.Sha256, Convert.ToHexStringLower(SHA256.HashData(video)));
        Assert.Equal(served.Length, video.Length);
        Assert.Equal(served.Sha256, task.GetProperty("video").GetProperty("sha256").GetString());
        Assert.Equal(served.Length, task.GetProperty("video").GetProperty("size").GetInt64());
        Assert.Equal("completed", task.GetProperty("status").GetString());
        Assert.Equal(100, task.GetProperty("progress").GetInt32());
        Assert.Equal(job.CurrentAttempt!.TaskId, task.GetProperty("evolink_task_id").GetString());
    }

    [Fact]
    public async Task With_callbacks_it_takes_one_submit_one_read_one_download_and_no_poll()
    {
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        await App.EndOfAsync(id);
        LedgerReport ledger = await LedgerAsync(id);
        Assert.Single(ledger.Submits);
        TaskReport task = Assert.Single(ledger.Tasks);
        Assert.Equal((1, 1), (task.Reads, task.Downloads));
    }

    [Fact]
    public async Task No_secret_link_or_prompt_stands_in_history_record_or_log()
    {
        string image = await Client.UploadSampleAsync();
        JobId id = await Client.StartAsync(Api.Body(Prompt, image));
        await App.EndOfAsync(id);
        await App.Durable.EndOfAsync(id.Value);
        string signature = new Uri(Assert.Single((await LedgerAsync(id)).Tasks).CallbackUrl!).Query.Split("s=")[1];
        string record = JsonSerializer.Serialize(await App.Store.ReadAsync(id, CancellationToken.None));
        string history = (await App.Durable.FindAsync(id.Value, history: true)).ToString()!;

        string[] secrets =
        [
            Prompt, signature, Client.Key, TestApp.OperatorKey, SimulatorOptions.DevelopmentKey, "callback-secret-of-the-tests-0123456789",
            "/files/", ".mp4?", "sig=", "?c=", "&s=", App.ConnectionString.Split("AccountKey=")[1][..40],
        ];
        foreach (string secret in secrets)
        {
            Assert.DoesNotContain(secret, record, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, history, StringComparison.Ordinal);
            Assert.DoesNotContain(App.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }

        Assert.All(Names.Activities, activity => Assert.Contains(activity, history, StringComparison.Ordinal));
        Assert.Contains(App.Log.Lines, line => line.Contains(id.Value, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no image")]
    [InlineData("GIF89a and so on")]
    public async Task What_evolink_would_refuse_is_refused_before_any_money_moves(string body)
    {
        using StringContent content = new(body);
        using HttpResponseMessage response = await Client.PostAsync("v1/images", content);
        await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task An_image_over_10_MB_is_413()
    {
        using ByteArrayContent content = new(new byte[(10 << 20) + 1]);
        using HttpResponseMessage response = await Client.PostAsync("v1/images", content);
        await response.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }
}
