using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Tests.Support;
using Evolink.Simulator;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>What comes in is what was asked for, or is told by name, before any money moves.</summary>
[Collection(nameof(ImagesCollection))]
public sealed class IncomingTests(ImagesApp images) : AppTests(images.App)
{
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    [Fact]
    public async Task Of_every_picture_the_API_tells_what_the_check_says()
    {
        foreach ((string name, byte[] file, bool usable) in TestPictures.All)
        {
            using HttpResponseMessage response = await PostAsync("v1/images", file);
            string body = await response.Content.ReadAsStringAsync();
            HttpStatusCode expected = usable ? HttpStatusCode.OK : file.Length > ImageCheck.MaxBytes ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest;
            Assert.True(response.StatusCode == expected, $"{name}: {(int)response.StatusCode} {body}");
            if (expected == HttpStatusCode.BadRequest)
                Assert.Equal(ImageCheck.Check(file).Problem, JsonElement.Parse(body).GetProperty("error").GetProperty("message").GetString());
        }
    }

    [Fact]
    public async Task A_picture_in_a_form_is_told_what_to_send()
    {
        using MultipartFormDataContent form = new() { { new ByteArrayContent(TestImages.Jpeg(640, 480)), "file", "cat.jpg" } };
        using HttpResponseMessage response = await Client.PostAsync("v1/images", form);
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Contains("multipart/form-data", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("--data-binary", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/images", "gzip")]
    [InlineData("v1/videos/generations", "gzip")]
    [InlineData("v1/batches", "br")]
    [InlineData("v1/tasks/gen-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/attach", "deflate, gzip")]
    public async Task An_encoded_body_is_415_by_name(string path, string coding)
    {
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Api.Body(Prompt)));
        using HttpResponseMessage response = await PostAsync(path, packed.ToArray(), coding);
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        Assert.Contains(coding, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("identity", string.Join(',', response.Headers.GetValues("Accept-Encoding")));
    }

    [Fact]
    public async Task An_encoding_that_is_none_is_taken()
    {
        using HttpResponseMessage response = await PostAsync("v1/images", TestImages.Png(640, 480), "identity");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_generation_and_a_batch_with_a_byte_order_mark_are_those_without_it()
    {
        string image = (await Client.UploadSampleAsync()).Split('/')[^1];
        string json = $$"""{"model":"wan2.6-image-to-video","prompt":"{{Prompt}}","image":"{{image}}","duration":2}""";
        using HttpResponseMessage marked = await PostAsync("v1/videos/generations", [.. Mark, .. Encoding.UTF8.GetBytes(json)], key: "order-1");
        Assert.True(marked.StatusCode == HttpStatusCode.OK, await marked.Content.ReadAsStringAsync());
        using HttpResponseMessage plain = await PostAsync("v1/videos/generations", Encoding.UTF8.GetBytes(json), key: "order-1");
        Assert.True(plain.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(JobId.Parse((await marked.JsonAsync()).GetProperty("id").GetString()!))).State);

        using HttpResponseMessage batch = await PostAsync("v1/batches", [.. Mark, .. Encoding.UTF8.GetBytes(Batches.OfList(json))]);
        Assert.True(batch.StatusCode == HttpStatusCode.OK, await batch.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_callback_with_a_byte_order_mark_finds_the_task_whose_submit_was_lost()
    {
        Order(new FaultScript { Submit = new SubmitFault.Reset(Charged: true), Callbacks = [new CallbackFault.Never()] });
        JobId id = await Client.StartAsync(Api.Body(Prompt, await Client.UploadSampleAsync()));
        while (!(await LedgerAsync(id)).Tasks.Any())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        await App.UntilAsync(id, job => job.CurrentAttempt is { State: AttemptState.Unknown });
        byte[] body = [.. Mark, .. Encoding.UTF8.GetBytes($$"""{"id":"{{Assert.Single((await LedgerAsync(id)).Tasks).Id}}","status":"completed"}""")];
        using HttpClient nobody = App.Client(null);
        using ByteArrayContent content = new(body);
        string link = App.Services.GetRequiredService<LinkSigner>().CallbackUrl(App.Host.BaseUrl, "k1", id, 1).AbsoluteUri;
        using HttpResponseMessage response = await nobody.PostAsync(link, content);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Theory]
    [InlineData("\u200B", "blank")]
    [InlineData("\uFEFF\u00AD\u2060\u2800\u3164", "blank")]
    [InlineData("\0", "U+0000")]
    [InlineData("A cat\u001B[31m", "U+001B")]
    public async Task A_prompt_that_shows_nothing_or_hides_a_control_is_not_paid(string prompt, string told)
    {
        using HttpResponseMessage response = await Client.GenerateAsync(Api.Body(prompt));
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("prompt", error.GetProperty("param").GetString());
        Assert.Contains(told, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/a cat.png", "%20")]
    [InlineData("https://example.com:0/cat.png", "port 0")]
    [InlineData("https://[2606:4700::1111%25eth0]/cat.png", "zone")]
    [InlineData("https://xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example.com/cat.png", "63")]
    public async Task A_link_that_nobody_can_load_is_not_paid(string image, string told)
    {
        using HttpResponseMessage response = await Client.GenerateAsync(Api.Body(Prompt, image));
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Contains(told, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? coding = null, string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        if (coding is not null)
            request.Content.Headers.Add("Content-Encoding", coding);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }
}
