using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Images that come in through the app.</summary>
public sealed class ImageTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private TestApp _app = null!;
    private HttpClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _app = await TestApp.StartAsync(azurite);
        _client = _app.Client();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_image_is_served_to_its_owner_and_to_nobody_else()
    {
        string link = await _client.UploadSampleAsync();
        using HttpResponseMessage own = await _client.GetAsync(link);
        Assert.Equal("image/png", own.Content.Headers.ContentType!.MediaType);
        Assert.Equal(await File.ReadAllBytesAsync(Api.SamplePath), await own.Content.ReadAsByteArrayAsync());
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage hidden = await bob.GetAsync(link);
        await hidden.AssertErrorAsync(HttpStatusCode.NotFound, "image_not_found");
    }

    [Fact]
    public async Task An_image_can_be_named_by_its_hash_alone_by_its_owner()
    {
        string name = (await _client.UploadSampleAsync()).Split('/')[^1];
        string body = $$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image":"{{name}}","duration":2}""";
        JobId id = await _client.StartAsync(body);
        // The simulator fetches the image as Evolink does, and fails the task where it cannot.
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(id)).State);
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage response = await bob.GenerateAsync(body);
        Assert.Equal("image", (await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request")).GetProperty("param").GetString());
    }

    [Fact]
    public async Task Another_clients_image_cannot_be_used()
    {
        string link = await _client.UploadSampleAsync();
        using HttpClient bob = _app.Client(TestApp.OtherClientKey);
        using HttpResponseMessage response = await bob.GenerateAsync(Api.Body(image: link));
        JsonElement error = await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("image_urls[0]", error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Evolink_fetches_the_image_by_a_signed_link_that_opens_nothing_else()
    {
        string link = await _client.UploadSampleAsync();
        JobId id = await _client.StartAsync(Api.Body(image: link));
        // The simulator fetches the image as Evolink does, and fails the task where it cannot.
        Assert.Equal(JobState.Completed, (await _app.EndOfAsync(id)).State);
        using HttpClient nobody = _app.Client(null);
        using HttpResponseMessage forged = await nobody.GetAsync(link + "?c=alice&e=9999999999&k=k1&s=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        await forged.AssertErrorAsync(HttpStatusCode.NotFound, "image_not_found");
    }

    [Theory]
    [InlineData("")]
    [InlineData("this is no image")]
    [InlineData("GIF89a and so on")]
    public async Task What_evolink_would_refuse_is_refused_before_any_money_moves(string body)
    {
        using StringContent content = new(body);
        using HttpResponseMessage response = await _client.PostAsync("v1/images", content);
        await response.AssertErrorAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task An_image_over_10_MB_is_413()
    {
        using ByteArrayContent content = new(new byte[(10 << 20) + 1]);
        using HttpResponseMessage response = await _client.PostAsync("v1/images", content);
        await response.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
    }
}
