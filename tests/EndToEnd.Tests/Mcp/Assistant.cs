using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace EndToEnd.Tests.Mcp;

/// <summary>An assistant: the official C# client, connected to an app's <c>/mcp</c>.</summary>
internal static class Assistant
{
    private const string Json = "application/json";

    /// <summary>Connects over HTTP.</summary>
    public static Task<McpClient> ConnectAsync(Uri app, string key, string? protocol = null) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(app, "mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        }),
        new McpClientOptions { ProtocolVersion = protocol });

    /// <summary>Calls a tool that must work, and returns what it answered for programs.</summary>
    public static async Task<JsonElement> AskAsync(this McpClient client, string tool, object? arguments = null)
    {
        CallToolResult result = await client.CallAsync(tool, arguments);
        Assert.True(result.IsError != true, Words(result));
        return result.StructuredContent!.Value;
    }

    /// <summary>Calls a tool that must refuse, and returns its words.</summary>
    public static async Task<string> RefusalAsync(this McpClient client, string tool, object? arguments = null)
    {
        CallToolResult result = await client.CallAsync(tool, arguments);
        Assert.True(result.IsError, Words(result));
        return Words(result);
    }

    /// <summary>Calls a tool.</summary>
    public static async Task<CallToolResult> CallAsync(this McpClient client, string tool, object? arguments = null) => await client.CallToolAsync(new CallToolRequestParams
    {
        Name = tool,
        Arguments = JsonSerializer.SerializeToElement(arguments ?? new { }).Deserialize<Dictionary<string, JsonElement>>(),
    });

    /// <summary>Sends a body as it is.</summary>
    public static async Task<HttpResponseMessage> SendMcpAsync(this HttpClient client, string body, Action<HttpRequestMessage>? change = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "mcp") { Content = new StringContent(body, Encoding.UTF8, Json) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(Json));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        change?.Invoke(request);
        return await client.SendAsync(request);
    }

    /// <summary>The message that calls a tool.</summary>
    public static string Call(string tool, object arguments) =>
        JsonSerializer.Serialize(new { jsonrpc = "2.0", id = 1, method = "tools/call", @params = new { name = tool, arguments } });

    /// <summary>What a result says in words.</summary>
    public static string Words(CallToolResult result) => string.Join(' ', result.Content.OfType<TextContentBlock>().Select(block => block.Text));
}
