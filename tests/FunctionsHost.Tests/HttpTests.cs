using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FunctionsHost.Tests.Support;

namespace FunctionsHost.Tests;

public sealed class HttpTests(SharedApp shared)
{
    private readonly SampleApp _app = shared.App;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_catch_all_route_takes_any_path_and_method_with_query_and_headers()
    {
        using HttpRequestMessage request = new(HttpMethod.Patch, "echo/a/b%20c?x=1&x=2");
        request.Headers.Add("x-custom", "yes");

        using HttpResponseMessage response = await _app.Http.SendAsync(request, Cancelled);

        JsonElement echo = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Equal("PATCH", echo.GetProperty("method").GetString());
        Assert.Equal("/api/echo/a/b c", echo.GetProperty("path").GetString());
        Assert.Equal("?x=1&x=2", echo.GetProperty("query").GetString());
        Assert.Equal("a/b c", echo.GetProperty("rest").GetString());
        Assert.Equal("yes", echo.GetProperty("custom").GetString());
        Assert.Equal(_app.Host.BaseUrl.Authority, echo.GetProperty("host").GetString());
    }

    [Theory]
    [InlineData("items/7", "item 7")]
    [InlineData("items/cat", "small cat")]
    [InlineData("items/cat/large", "large cat")]
    [InlineData("items/0", null)] // at least 1
    [InlineData("items/a-b", null)] // letters only
    [InlineData("Items/Cat", "small Cat")]
    [InlineData("nowhere", null)]
    public async Task Constraints_and_defaults_of_routes_decide_which_function_answers(string path, string? answer)
    {
        using HttpResponseMessage response = await _app.Http.GetAsync(path, Cancelled);

        Assert.Equal(answer is null ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer ?? "", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_method_that_the_function_does_not_take_finds_nothing()
    {
        using HttpResponseMessage response = await _app.Http.PostAsync("items/7", null, Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_function_that_a_setting_disables_finds_nothing()
    {
        using HttpResponseMessage response = await _app.Http.GetAsync("disabled", Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task HEAD_answers_without_a_body_where_the_function_takes_it()
    {
        using HttpResponseMessage head = await _app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "head"), Cancelled);
        using HttpResponseMessage other = await _app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "items/7"), Cancelled);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal("\"1\"", head.Headers.ETag?.Tag);
        Assert.Equal("text/plain", head.Content.Headers.ContentType?.MediaType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    [Fact]
    public async Task A_body_of_40_MB_arrives_whole()
    {
        byte[] body = RandomNumberGenerator.GetBytes(40 << 20);

        using HttpResponseMessage response = await _app.Http.PostAsync("upload", new ByteArrayContent(body), Cancelled);

        Assert.Equal(Convert.ToHexString(SHA256.HashData(body)), await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_body_over_100_MB_is_answered_with_500_before_the_app_sees_it()
    {
        string answer = await RawAsync($"POST /api/upload HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: {(100 << 20) + 1}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
        Assert.Contains(_app.Log.Lines, line => line.Category == "FunctionsHost.Http" && line.Text.Contains("/api/upload", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_streams_as_the_function_writes_it()
    {
        using HttpResponseMessage response = await _app.Http.GetAsync("speak/streamed", HttpCompletionOption.ResponseHeadersRead, Cancelled);
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(Cancelled));

        Assert.Equal("first", await lines.ReadLineAsync(Cancelled));
        using (await _app.Http.PostAsync("speak/streamed/go-on", null, Cancelled))
            Assert.Equal("second", await lines.ReadLineAsync(Cancelled));
    }

    [Fact]
    public async Task An_answer_that_fails_half_way_is_cut_off_and_not_ended_as_if_it_were_whole()
    {
        using HttpResponseMessage response = await _app.Http.GetAsync("speak/broken", HttpCompletionOption.ResponseHeadersRead, Cancelled);

        using (await _app.Http.PostAsync("speak/broken/fail", null, Cancelled))
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_function_and_is_no_error()
    {
        using (CancellationTokenSource leaving = new())
        {
            Task<HttpResponseMessage> waiting = _app.Http.GetAsync("wait", leaving.Token);
            await WaitsAsync("1 waiting, 0 cancelled");
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await WaitsAsync("1 waiting, 1 cancelled");
        Assert.DoesNotContain(_app.Log.Lines, line => line.Category == "FunctionsHost.Http" && line.Text.Contains("/api/wait", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_throws_is_answered_with_500_and_says_why_in_the_log()
    {
        using HttpResponseMessage response = await _app.Http.GetAsync("throw", Cancelled);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains(_app.Log.Lines, line => line.Text.Contains("thrown on purpose", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_callers_trace_goes_on_in_the_worker()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "echo");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using HttpResponseMessage response = await _app.Http.SendAsync(request, Cancelled);

        JsonElement echo = await response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", echo.GetProperty("traceParent").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_host_header_is_answered_with_500_as_the_real_host_does()
    {
        string answer = await RawAsync("GET /api/echo HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 500 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Webhooks_that_are_not_opened_find_nothing()
    {
        using HttpResponseMessage response = await _app.Http.GetAsync(new Uri(_app.Host.BaseUrl, "runtime/webhooks/eventgrid"), Cancelled);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task<string> RawAsync(string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(_app.Host.BaseUrl.Host, _app.Host.BaseUrl.Port, Cancelled);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Cancelled);
        using StreamReader reader = new(client.GetStream());
        return await reader.ReadLineAsync(Cancelled) ?? "";
    }

    private Task<string> WaitsAsync(string expected) =>
        Eventually.GetAsync(async () => await _app.Http.GetStringAsync("waits", Cancelled) == expected ? expected : null);
}
