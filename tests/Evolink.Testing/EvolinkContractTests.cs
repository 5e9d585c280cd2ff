using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Evolink.Client;

namespace Evolink.Testing;

/// <summary>
/// What every server that speaks the Evolink API must do, the simulator and the app alike. Derive in a test project and name the server.
/// </summary>
public abstract class EvolinkContractTests
{
    /// <summary>The server, with a key that it takes.</summary>
    protected abstract EvolinkClientOptions Server { get; }

    /// <summary>A link that passes for an image.</summary>
    protected virtual string ImageUrl => "https://example.com/image1.png";

    /// <summary>How long a generation may take there, in real time.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(20);

    /// <summary>Whether it answers <c>/v1/credits</c> and the Files API, which are the provider's own.</summary>
    protected virtual bool IsProvider => true;

    /// <summary>Whether a key sent again finds the first task.</summary>
    protected virtual bool KnowsIdempotencyKeys => true;

    private VideoGenerationRequest Request => new() { Prompt = "A cat playing piano", ImageUrls = [ImageUrl], Duration = 5 };

    private EvolinkClient Client => new(Server);

    [Fact]
    public async Task A_generation_is_accepted_and_ends_with_a_link()
    {
        var submitted = await Client.SubmitAsync(Request);
        var task = await Client.WaitForCompletionAsync(submitted.TaskId, new WaitOptions
        {
            MaxWait = Patience,
            MinPollInterval = TimeSpan.FromMilliseconds(50),
            MaxPollInterval = TimeSpan.FromMilliseconds(200),
        });

        Assert.Equal(submitted.TaskId, task.Id);
        Assert.Equal(VideoTaskStatus.Completed, task.Status);
        Assert.Equal(100, task.Progress);
        Assert.Null(task.Error);
        Assert.True(Assert.Single(task.Results!).IsAbsoluteUri);
    }

    [Fact]
    public async Task The_answer_to_a_submit_has_the_documented_members()
    {
        var task = (await Client.SubmitAsync(Request)).Task;

        Assert.Equal(VideoGenerationRequest.Wan26ImageToVideo, task.Model);
        Assert.Equal(("video.generation.task", "video"), (task.Object, task.Type));
        Assert.InRange(task.Progress!.Value, 0, 100);
        Assert.Contains(task.Status, new[] { VideoTaskStatus.Pending, VideoTaskStatus.Processing });
        Assert.True(task.TaskInfo!.EstimatedTime >= TimeSpan.Zero);
        Assert.NotNull(task.TaskInfo.CanCancel);
        Assert.True(task.Usage!.CreditsReserved >= 0);
        Assert.InRange(task.CreatedAt!.Value, DateTimeOffset.FromUnixTimeSeconds(1_577_836_800), DateTimeOffset.FromUnixTimeSeconds(32_503_680_000));
    }

    [Fact]
    public async Task Two_submits_are_two_tasks() =>
        Assert.NotEqual((await Client.SubmitAsync(Request)).TaskId, (await Client.SubmitAsync(Request)).TaskId);

    [Fact]
    public async Task The_same_key_finds_the_same_task_and_says_so()
    {
        Assert.SkipUnless(KnowsIdempotencyKeys, "This server does not know idempotency keys.");
        var options = new SubmitOptions { IdempotencyKey = "contract-" + Guid.NewGuid().ToString("N") };

        var first = await Client.SubmitAsync(Request, options);
        var second = await Client.SubmitAsync(Request, options);
        var conflict = await Assert.ThrowsAsync<EvolinkException>(() => Client.SubmitAsync(Request with { Prompt = "A dog playing piano" }, options));

        Assert.Equal((first.TaskId, false, true), (second.TaskId, first.IsReplay, second.IsReplay));
        Assert.Equal(("idempotency_conflict", SubmitOutcome.Unknown), (conflict.Code, conflict.Outcome));
    }

    [Fact]
    public async Task A_task_that_never_was_is_not_found()
    {
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => Client.GetTaskAsync("task-unified-1757169743-7cvnl5zw"));
        Assert.Equal((404, "task_not_found"), (failure.StatusCode, failure.Code));
    }

    [Fact]
    public async Task A_wrong_key_is_unauthorized()
    {
        using var answer = await PostAsync("{}", "sk-wrong-key-0123456789");
        var error = await ErrorOfAsync(answer);
        Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized", "authentication_error"), (answer.StatusCode, error.Code, error.Type));
    }

    [Theory]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano"}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"","image_urls":["IMAGE"]}""")]
    [InlineData("""{"model":"no such model","prompt":"A cat","image_urls":["IMAGE"]}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE","IMAGE"]}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["data:image/png;base64,AAAA"]}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"duration":1}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"duration":16}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"duration":5.5}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"duration":"5"}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"quality":"4k"}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"callback_url":"https://10.0.0.1/hook"}""")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["IMAGE"],"callback_url":"http://example.com/hook"}""")]
    [InlineData("[]"), InlineData("not json"), InlineData("")]
    public async Task A_wrong_body_is_an_invalid_request(string body)
    {
        using var answer = await PostAsync(body.Replace("IMAGE", ImageUrl, StringComparison.Ordinal), Key);
        var error = await ErrorOfAsync(answer);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request", "invalid_request_error"), (answer.StatusCode, error.Code, error.Type));
        Assert.False(string.IsNullOrWhiteSpace(error.Message));
    }

    [Fact]
    public async Task A_whole_number_may_be_written_with_a_fraction_of_zero()
    {
        using var answer = await PostAsync(
            $$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["{{ImageUrl}}"],"duration":5.0}""", Key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Credits_are_told()
    {
        Assert.SkipUnless(IsProvider, "Credits are the provider's own.");
        Assert.NotNull((await Client.GetCreditsAsync()).Remaining);
    }

    [Fact]
    public async Task An_uploaded_image_has_a_link()
    {
        Assert.SkipUnless(IsProvider, "The Files API is the provider's own.");
        using var image = new MemoryStream(Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="));
        var uploaded = await Client.UploadImageAsync(image, "cat.png", "image/png");
        Assert.True(uploaded.FileUrl.IsAbsoluteUri);
    }

    private string Key => Server.ApiKey ?? throw new InvalidOperationException("The contract needs a key.");

    private async Task<HttpResponseMessage> PostAsync(string body, string key)
    {
        using var http = new HttpClient(EvolinkClient.CreateHandler());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.BaseUrl, "v1/videos/generations"))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.UserAgent.ParseAdd(EvolinkClientOptions.DefaultUserAgent);
        return await http.SendAsync(request);
    }

    private static async Task<EvolinkError> ErrorOfAsync(HttpResponseMessage answer) =>
        JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), EvolinkJsonContext.Default.EvolinkErrorResponse)!.Error;
}
