using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EndToEnd.Tests.Support;
using ModelContextProtocol.Client;

namespace EndToEnd.Tests.Mcp;

/// <summary><c>/mcp</c> as HTTP: who may call, what comes back, and what becomes of bodies that are wrong.</summary>
public sealed class McpHttpTests(Apps apps) : AppTests(apps.Usual)
{
    private const string ListTools = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";
    private const int HostileSeed = 22;

    [Fact]
    public async Task An_answer_is_one_json_document_without_a_session_whatever_the_client_takes()
    {
        using HttpResponseMessage response = await Client.SendMcpAsync(ListTools, request => request.Headers.Accept.Clear());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.False(response.Headers.Contains("Mcp-Session-Id"));
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.Equal(8, (await response.JsonAsync()).GetProperty("result").GetProperty("tools").GetArrayLength());
    }

    [Fact]
    public async Task A_notification_is_accepted_without_an_answer()
    {
        using HttpResponseMessage response = await Client.SendMcpAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Other_methods_are_405_in_the_envelope()
    {
        foreach (HttpMethod method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Delete])
        {
            using HttpRequestMessage request = new(method, "mcp") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("text/event-stream") } } };
            using HttpResponseMessage response = await Client.SendAsync(request);
            await response.AssertErrorAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
            Assert.Equal(["POST"], response.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task Without_a_key_nothing_is_read()
    {
        using HttpClient nobody = App.Client(key: null);
        using HttpResponseMessage response = await nobody.SendMcpAsync(ListTools);
        await response.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    [InlineData("nonsense")]
    public async Task A_page_of_another_origin_is_403(string origin)
    {
        using HttpResponseMessage response = await Client.SendMcpAsync(ListTools, request => request.Headers.Add("Origin", origin));
        await response.AssertErrorAsync(HttpStatusCode.Forbidden, "origin_not_allowed");
    }

    // How a page reaches a server on its visitor's machine: its own name leads there, so that origin and host are the same.
    [Fact]
    public async Task A_page_that_leads_its_own_name_here_is_403()
    {
        using HttpResponseMessage response = await Client.SendMcpAsync(ListTools, request =>
        {
            request.Headers.Host = $"evil.example:{App.Host.BaseUrl.Port}";
            request.Headers.Add("Origin", $"http://evil.example:{App.Host.BaseUrl.Port}");
        });
        await response.AssertErrorAsync(HttpStatusCode.Forbidden, "origin_not_allowed");
    }

    [Fact]
    public async Task A_page_of_the_app_itself_may_call()
    {
        using HttpResponseMessage response = await Client.SendMcpAsync(
            ListTools, request => request.Headers.Add("Origin", App.Host.BaseUrl.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_encoded_or_no_json_is_refused_in_the_envelope()
    {
        using HttpResponseMessage large = await Client.SendMcpAsync(Assistant.Call("upload_image", new { data = new string('A', 20 << 20) }));
        await large.AssertErrorAsync(HttpStatusCode.RequestEntityTooLarge, "payload_too_large");
        using HttpResponseMessage encoded = await Client.SendMcpAsync(ListTools, request => request.Content!.Headers.ContentEncoding.Add("gzip"));
        await encoded.AssertErrorAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        using HttpResponseMessage text = await Client.SendMcpAsync(ListTools, request => request.Content!.Headers.ContentType = new MediaTypeHeaderValue("text/plain"));
        await text.AssertErrorAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]""")]
    [InlineData("{}")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"no/such"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no_such_tool"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_video","arguments":[]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_video","arguments":"x"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"\ud800","version":"1"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"\ud800"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":5}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":7,"capabilities":[],"clientInfo":"me"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/list"}""")]
    public async Task A_message_that_is_wrong_is_an_error_of_the_protocol(string body)
    {
        using HttpResponseMessage response = await Client.SendMcpAsync(body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode}: {text}");
        Assert.True(JsonDocument.Parse(text).RootElement.GetProperty("error").GetProperty("code").GetInt32() < 0, text);
    }

    [Fact]
    public async Task A_message_that_is_nested_a_hundred_thousand_times_is_an_error_of_the_protocol()
    {
        string deep = Assistant.Call("get_video", new { id = "x" }).Replace("\"x\"", new string('[', 100_000) + new string(']', 100_000), StringComparison.Ordinal);
        using HttpResponseMessage response = await Client.SendMcpAsync(deep);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(-32700, (await response.JsonAsync()).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Whatever_is_changed_in_a_message_no_answer_is_a_failure_of_the_app()
    {
        string[] right =
        [
            ListTools,
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"me","version":"1"}}}""",
            Assistant.Call("generate_video", new { client_request_id = 5, prompt = "A cat", image_urls = new[] { Api.Image } }),
            Assistant.Call("list_videos", new { limit = 5, after = "x" }),
            Assistant.Call("upload_image", new { data = "iVBORw0KGgo=" }),
        ];
        Random random = new(HostileSeed);
        for (int i = 0; i < 600; i++)
        {
            byte[] body = Mutated(Encoding.UTF8.GetBytes(right[i % right.Length]), random);
            using ByteArrayContent content = new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            using HttpResponseMessage response = await Client.PostAsync("mcp", content);
            Assert.True((int)response.StatusCode < 500, $"{(int)response.StatusCode} for {Convert.ToBase64String(body)}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task A_budget_is_told_by_an_estimate_and_kept_by_a_refusal()
    {
        await using McpClient assistant = await Assistant.ConnectAsync(App.Host.BaseUrl, LimitTests.KeyOf("assistant_of_25"));
        JsonElement estimate = await assistant.AskAsync("estimate_cost", new { duration = 2 });
        Assert.Equal(20, estimate.GetProperty("credits").GetDecimal());
        Assert.Equal(25, estimate.GetProperty("today").GetProperty("left").GetDecimal());
        var wanted = new { client_request_id = "one", prompt = Prompt, image_urls = new[] { Api.Image }, duration = 2 };
        await assistant.AskAsync("generate_video", wanted);
        Assert.Equal(5, (await assistant.AskAsync("estimate_cost", new { duration = 2 })).GetProperty("today").GetProperty("left").GetDecimal());
        string refusal = await assistant.RefusalAsync("generate_video", wanted with { client_request_id = "two" });
        Assert.StartsWith("insufficient_quota: This generation takes about 20 credits;", refusal, StringComparison.Ordinal);
        Assert.EndsWith("s, with the same client_request_id.", refusal, StringComparison.Ordinal);
    }

    private static byte[] Mutated(byte[] body, Random random)
    {
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int place = random.Next(body.Length);
            body = random.Next(4) switch
            {
                0 => body[..place],
                1 => [.. body[..place], .. body[(place + 1)..]],
                2 => [.. body[..place], .. "{}[]\",:0nt"u8.Slice(random.Next(10), 1), .. body[place..]],
                _ => [.. body[..place], (byte)random.Next(256), .. body[(place + 1)..]],
            };
            if (body.Length == 0)
                return body;
        }

        return body;
    }
}
