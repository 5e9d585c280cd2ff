namespace Evolink.Client.Tests;

public sealed class UploadImageTests
{
    private const string Taken = """{"success":true,"code":200,"msg":"ok","data":{"file_url":"https://files.evolink.ai/a.png","expires_at":"2026-08-15T00:00:00Z"}}""";

    [Fact]
    public async Task An_image_goes_out_as_a_form_and_its_stream_stays_open()
    {
        await using var api = await StubApi.StartAsync(200, Taken);
        using var image = new MemoryStream("\u0089PNG-bytes"u8.ToArray());

        var uploaded = await api.Client().UploadImageAsync(image, "dir/my \"cat\"\r\n.png", "image/png");

        Assert.Equal(
            ("https://files.evolink.ai/a.png", new DateTimeOffset(2026, 8, 15, 0, 0, 0, TimeSpan.Zero)),
            (uploaded.FileUrl.OriginalString, uploaded.ExpiresAt));
        var seen = Assert.Single(api.Seen);
        Assert.Equal(("POST", "/api/v1/files/upload/stream", "Bearer " + Clients.Key), (seen.Method, seen.Target, seen.Headers["Authorization"]));
        Assert.StartsWith("multipart/form-data; boundary=", seen.Headers["Content-Type"]);
        Assert.Contains("name=file; filename=mycat.png;", seen.Body);
        Assert.Contains("Content-Type: image/png", seen.Body);
        Assert.Contains("PNG-bytes", seen.Body);
        Assert.True(image.CanRead);
    }

    [Theory]
    [InlineData("1786752000", "2026-08-15"), InlineData("1786752000000", "2026-08-15"), InlineData("\"1786752000\"", "2026-08-15"), InlineData("null", null), InlineData("\"later\"", null)]
    public async Task The_expiry_is_read_as_a_time_or_not_at_all(string expiresAt, string? day)
    {
        await using var api = await StubApi.StartAsync(200, $$$"""{"success":true,"data":{"file_url":"https://f/a.png","expires_at":{{{expiresAt}}}}}""");
        Assert.Equal(day, (await UploadAsync(api)).ExpiresAt?.ToString("yyyy-MM-dd"));
    }

    [Theory]
    [InlineData(200, """{"success":false,"code":500,"msg":"disk full"}""", "upload_failed")]
    [InlineData(200, """{"success":false,"msg":"no","data":{"file_url":"https://f/a.png"}}""", "upload_failed")]
    [InlineData(200, """{"success":true,"data":{}}""", "upload_failed"), InlineData(200, """{"success":true,"data":{"file_url":"javascript:x"}}""", "upload_failed")]
    [InlineData(200, "<html>", "unreadable_answer"), InlineData(200, "", "unreadable_answer")]
    [InlineData(413, """{"error":{"code":"too_large","message":"no"}}""", "too_large"), InlineData(500, "", "http_error")]
    public async Task A_failure_is_one_whatever_the_status_says(int status, string body, string code)
    {
        await using var api = await StubApi.StartAsync(status, body);
        var failure = await Assert.ThrowsAsync<EvolinkException>(() => UploadAsync(api));
        Assert.Equal(code, failure.Code);
        Assert.Single(api.Seen);
        if (body.Contains("disk full")) Assert.Contains("disk full", failure.Message);
    }

    [Theory]
    [InlineData("image/bmp", "bmp"), InlineData("image/x-ms-bmp", "bmp"), InlineData("image/tiff", "jpeg, png, gif and webp"), InlineData("", "jpeg"), InlineData("image/png\r\nx: y", "jpeg")]
    public async Task What_the_Files_API_does_not_take_is_refused_before_it_is_sent(string contentType, string reason)
    {
        await using var api = await StubApi.StartAsync(200, Taken);
        using var image = new MemoryStream([1]);

        var failure = await Assert.ThrowsAsync<EvolinkValidationException>(() => api.Client().UploadImageAsync(image, "a", contentType));

        Assert.Contains(reason, failure.Message);
        Assert.Empty(api.Seen);
    }

    [Theory]
    [InlineData(0), InlineData(10 * 1024 * 1024 + 1)]
    public async Task An_empty_or_too_large_image_is_refused_before_it_is_sent(int length)
    {
        await using var api = await StubApi.StartAsync(200, Taken);
        using var image = new MemoryStream(new byte[length]);
        var failure = await Assert.ThrowsAsync<EvolinkValidationException>(() => api.Client().UploadImageAsync(image, "a.png", "image/png"));
        Assert.Equal("file", Assert.Single(failure.Issues).Param);
        Assert.Empty(api.Seen);
    }

    [Fact]
    public async Task Without_an_address_of_the_Files_API_an_image_goes_where_the_generations_go()
    {
        await using var app = await StubApi.StartAsync(200, """{"url":"https://app.example/v1/images/1"}""");
        using var image = new MemoryStream([1, 2, 3]);

        var uploaded = await app.Client(options => options.FilesBaseUrl = null).UploadImageAsync(image, "a.bmp", "image/bmp");

        Assert.Equal("https://app.example/v1/images/1", uploaded.FileUrl.OriginalString);
        var seen = Assert.Single(app.Seen);
        Assert.Equal(("POST", "/v1/images", "image/bmp", "\u0001\u0002\u0003"), (seen.Method, seen.Target, seen.Headers["Content-Type"], seen.Body));
        var refused = await Assert.ThrowsAsync<EvolinkValidationException>(
            () => app.Client(options => options.FilesBaseUrl = null).UploadImageAsync(image, "a.gif", "image/gif"));
        Assert.Contains("the app takes", refused.Message);
    }

    [Fact]
    public async Task The_key_of_an_app_never_goes_to_the_file_host_of_Evolink_and_the_key_of_Evolink_does()
    {
        using var image = new MemoryStream([1, 2, 3]);
        Assert.Equal(new Uri("https://app.example/v1/images"), await AddressAsync(new Uri("https://app.example")));
        Assert.Equal(new Uri("https://app.example/below/v1/images"), await AddressAsync(new Uri("https://app.example/below")));
        Assert.Equal(new Uri("https://files-api.evolink.ai/api/v1/files/upload/stream"), await AddressAsync(null));
        Assert.Equal(new Uri("https://files-api.evolink.ai/api/v1/files/upload/stream"), await AddressAsync(new Uri("https://API.evolink.ai/")));

        async Task<Uri?> AddressAsync(Uri? baseUrl)
        {
            using Noting handler = new();
            EvolinkClientOptions options = new() { ApiKey = "k" };
            options.BaseUrl = baseUrl ?? options.BaseUrl;
            image.Position = 0;
            await Assert.ThrowsAsync<EvolinkException>(() => new EvolinkClient(new HttpClient(handler), options).UploadImageAsync(image, "a.png", "image/png"));
            return handler.Address;
        }
    }

    private sealed class Noting : HttpMessageHandler
    {
        public Uri? Address { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Address = request.RequestUri;
            throw new HttpRequestException("Nothing is sent here.");
        }
    }

    private static async Task<UploadedImage> UploadAsync(StubApi api)
    {
        using var image = new MemoryStream([1, 2, 3]);
        return await api.Client().UploadImageAsync(image, "a.png", "image/png");
    }
}
