using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>Every model through the one front: over HTTP and in batches.</summary>
public sealed class ModelTests(Apps apps) : AppTests(apps.Usual)
{
    public static TheoryData<string> Models => [.. ModelBodies.All.Keys];

    private string BodyOf(string model) => ModelBodies.All[model].Replace("PROMPT", Prompt, StringComparison.Ordinal);

    private async Task<TaskReport> TaskOfAsync(JobRecord job) =>
        Assert.Single((await App.Simulator.ReadLedgerAsync()).Tasks, task => task.Id == job.CurrentAttempt!.TaskId);

    [Theory]
    [MemberData(nameof(Models))]
    public async Task A_body_of_each_model_arrives_byte_for_byte_and_ends_as_saved_results(string model)
    {
        JobId id = await Client.StartAsync(BodyOf(model));
        JobRecord job = await App.EndOfAsync(id);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());

        TaskReport task = await TaskOfAsync(job);
        Assert.Equal(BodyOf(model), ModelBodies.WithoutCallback(task.Body!));
        JsonElement shown = await Client.TaskAsync(id);
        Assert.Equal(model, shown.GetProperty("model").GetString());
        Assert.Equal(task.Results.Select(result => result.Sha256), shown.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("sha256").GetString()));
        Assert.Equal(task.Results[0].Sha256, shown.GetProperty("video").GetProperty("sha256").GetString());
        Assert.Equal(task.Results.Count, shown.GetProperty("results").GetArrayLength());
        Assert.Equal(BodyOf(model), await Client.GetStringAsync($"v1/tasks/{id}/request"));
    }

    [Fact]
    public async Task A_batch_may_hold_every_model()
    {
        string[] models = [.. ModelBodies.All.Keys];
        using HttpResponseMessage response = await Client.PostAsync("v1/batches", Batches.OfList([.. models.Select(BodyOf)]));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        JsonElement end = await Client.EndOfBatchAsync((await response.JsonAsync()).GetProperty("id").GetString()!);
        Assert.Equal(models.Length, end.GetProperty("counts").GetProperty("completed").GetInt32());
        LedgerReport ledger = await App.Simulator.ReadLedgerAsync(withVideos: false);
        JsonElement[] items = [.. end.GetProperty("items").EnumerateArray()];
        for (int index = 0; index < models.Length; index++)
        {
            string job = items[index].GetProperty("id").GetString()!;
            Charge charge = Assert.Single(ledger.Charges, charge => charge.IdempotencyKey == $"{job}.1");
            Assert.Equal(
                BodyOf(models[index]), ModelBodies.WithoutCallback(ledger.Tasks.Single(task => task.Id == charge.TaskId).Body!));
        }
    }

    [Fact]
    public async Task Several_results_are_all_saved_in_their_order_under_names_that_follow_from_it()
    {
        JobId id = await Client.StartAsync(BodyOf("seedance-2.0-lite"));
        JobRecord job = await App.EndOfAsync(id);
        TaskReport task = await TaskOfAsync(job);
        JsonElement shown = await Client.TaskAsync(id);

        JsonElement[] files = [.. shown.GetProperty("files").EnumerateArray()];
        Assert.Equal([$"{id}.mp4", $"{id}-2.mp4", $"{id}-3.png"], files.Select(file => file.GetProperty("name").GetString()));
        Assert.Equal(["video/mp4", "video/mp4", "image/png"], files.Select(file => file.GetProperty("content_type").GetString()));
        using HttpClient anybody = new();
        for (int index = 0; index < files.Length; index++)
        {
            string link = shown.GetProperty("results")[index].GetString()!;
            Assert.Equal(link, files[index].GetProperty("url").GetString());
            byte[] bytes = await anybody.GetByteArrayAsync(link);
            Assert.Equal((task.Results[index].Length, task.Results[index].Sha256), (bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes))));
        }

        using HttpResponseMessage second = await Client.GetAsync($"v1/videos/{id}/content?file=2");
        Assert.Equal(HttpStatusCode.Redirect, second.StatusCode);
        byte[] led = await anybody.GetByteArrayAsync(second.Headers.Location);
        Assert.Equal(task.Results[1].Sha256, Convert.ToHexStringLower(SHA256.HashData(led)));
        using HttpResponseMessage fourth = await Client.GetAsync($"v1/videos/{id}/content?file=4");
        await fourth.AssertErrorAsync(HttpStatusCode.NotFound, "video_not_found");
    }

    [Fact]
    public async Task A_deleted_job_takes_all_of_its_results_along()
    {
        JobId id = await Client.StartAsync(BodyOf("seedance-2.0-lite"));
        await App.EndOfAsync(id);
        using HttpRequestMessage delete = new(HttpMethod.Delete, new Uri(App.Host.BaseUrl, $"v1/tasks/{id}"));
        delete.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TestApp.OperatorKey);
        using HttpClient operators = new();
        using HttpResponseMessage gone = await operators.SendAsync(delete);
        Assert.Equal(3, (await gone.JsonAsync()).GetProperty("videos").GetInt32());
        BlobContainerClient videos = App.Services.GetRequiredService<EvolinkStorage>().Videos;
        foreach (string name in (string[])[$"{id}.mp4", $"{id}-2.mp4", $"{id}-3.png"])
            Assert.False(await videos.GetBlobClient(name).ExistsAsync());
    }

    [Theory]
    [InlineData("audio/mpeg", "mp3")]
    [InlineData("audio/wav", "wav")]
    [InlineData("video/mp4", "mp4")]
    [InlineData("image/png", "png")]
    public async Task A_file_that_was_uploaded_here_reaches_evolink_by_a_signed_link_wherever_its_link_stands(string type, string extension)
    {
        byte[] bytes = await FileAsync(type);
        string own = await UploadAsync(bytes, type);
        Assert.EndsWith($".{extension}", own, StringComparison.Ordinal);
        // Twice, for the same file is the same link.
        Assert.Equal(own, await UploadAsync(bytes, type));

        string body = $$"""{"model":"some-new-model","prompt":"{{Prompt}}","a":{"b":[{"any_url":"{{own}}"}, "{{own}}"]},"n":1.0}""";
        JobRecord job = await App.EndOfAsync(await Client.StartAsync(body));
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        string arrived = (await TaskOfAsync(job)).Body!;
        string signed = JsonElement.Parse(arrived).GetProperty("a").GetProperty("b")[0].GetProperty("any_url").GetString()!;
        Assert.StartsWith(own + "?", signed, StringComparison.Ordinal);
        Assert.Equal(body.Replace($"\"{own}\"", JsonSerializer.Serialize(signed), StringComparison.Ordinal), ModelBodies.WithoutCallback(arrived));
        using HttpClient anybody = new();
        using HttpResponseMessage fetched = await anybody.GetAsync(signed);
        Assert.Equal(type, fetched.Content.Headers.ContentType!.MediaType);
        Assert.Equal(bytes, await fetched.Content.ReadAsByteArrayAsync());
        // By the link alone it is its owner's.
        using HttpResponseMessage refused = await anybody.GetAsync(own);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        using Guest other = App.NewGuest();
        using HttpResponseMessage notTheirs = await other.GenerateAsync(body);
        await notTheirs.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task A_file_is_told_by_its_bytes_and_refused_where_it_is_cut_or_of_no_kind_that_is_taken()
    {
        byte[] video = await FileAsync("video/mp4");
        (byte[] Bytes, string Words)[] wrong =
        [
            ([], "empty"), ("hello, this is no file"u8.ToArray(), "no image"), (video[..^20], "not complete"),
            ([.. "ID3"u8, .. new byte[(15 << 20) + 1]], "bytes"),
        ];
        foreach ((byte[] bytes, string words) in wrong)
        {
            using ByteArrayContent content = new(bytes);
            using HttpResponseMessage response = await Client.PostAsync("v1/files", content);
            JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
            Assert.Contains(words, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        }

        // What was taken away leaves nothing behind.
        await foreach (var blob in App.Services.GetRequiredService<EvolinkStorage>().Images.GetBlobsAsync(
            Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, $"{Client.Name}/", TestContext.Current.CancellationToken))
            Assert.Fail($"{blob.Name} was left.");
    }

    [Fact]
    public async Task A_video_of_more_than_thirty_megabytes_is_taken()
    {
        byte[] small = await FileAsync("video/mp4");
        byte[] padding = new byte[40 << 20];
        "free"u8.CopyTo(padding.AsSpan(4));
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(padding, padding.Length);
        byte[] large = [.. small, .. padding];
        string own = await UploadAsync(large, "video/mp4");
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(large)), own, StringComparison.Ordinal);
        Assert.Equal(large.Length, (await Client.GetByteArrayAsync(own)).Length);
    }

    [Fact]
    public async Task A_described_model_refuses_an_unknown_field_with_the_nearest_one_and_a_file_of_another_kind()
    {
        using HttpResponseMessage unknown = await Client.GenerateAsync($$"""{"model":"wan2.6-text-to-video","prompt":"{{Prompt}}","aspect":"16:9","duraton":5}""");
        JsonElement error = await unknown.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Contains("'duration'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        string sound = await UploadAsync(await FileAsync("audio/mpeg"), "audio/mpeg");
        using HttpResponseMessage wrong = await Client.GenerateAsync($$"""{"model":"wan2.7-image-to-video","prompt":"{{Prompt}}","image_start":"{{sound}}"}""");
        Assert.Equal("image_start", (await wrong.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task The_models_are_listed_with_what_is_known_of_them()
    {
        JsonElement list = await Client.GetFromJsonAsync<JsonElement>("v1/models");
        Assert.True(list.GetProperty("complete").GetBoolean());
        Dictionary<string, JsonElement> models = list.GetProperty("data").EnumerateArray()
            .ToDictionary(model => model.GetProperty("id").GetString()!, StringComparer.Ordinal);
        Assert.False(models["sora-2-pro"].GetProperty("described").GetBoolean());
        JsonElement ratio = models["wan2.6-text-to-video"].GetProperty("fields").EnumerateArray()
            .Single(field => field.GetProperty("name").GetString() == "aspect_ratio");
        Assert.Equal("16:9", ratio.GetProperty("default").GetString());
        Assert.Equal(5, ratio.GetProperty("choices").GetArrayLength());
    }

    // An ID3 header, a RIFF header, and a video of the simulator's own.
    private async Task<byte[]> FileAsync(string type) => type switch
    {
        "audio/mpeg" => [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. Guid.NewGuid().ToByteArray()],
        "audio/wav" => [.. "RIFF"u8, 20, 0, 0, 0, .. "WAVE"u8, .. Guid.NewGuid().ToByteArray()],
        "image/png" => await File.ReadAllBytesAsync(Api.SamplePath),
        _ => await Client.GetByteArrayAsync(
            (await Client.TaskAsync((await App.EndOfAsync(await Client.StartAsync(Api.Body(Prompt)))).Id)).GetProperty("results")[0].GetString()),
    };

    private async Task<string> UploadAsync(byte[] bytes, string type)
    {
        using ByteArrayContent content = new(bytes);
        using HttpResponseMessage response = await Client.PostAsync("v1/files", content);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        JsonElement answer = await response.JsonAsync();
        Assert.Equal(type, answer.GetProperty("content_type").GetString());
        return answer.GetProperty("url").GetString()!;
    }
}
