using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;
using ModelContextProtocol.Client;

namespace EndToEnd.Tests.Mcp;

/// <summary>The command <c>mcp</c>, as a desktop assistant starts it.</summary>
public sealed class McpStdioTests(Apps apps) : AppTests(apps.Usual)
{
    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task It_offers_the_tools_of_the_app_at_an_endpoint(string protocol)
    {
        await using McpClient assistant = await StartAsync(protocol, "--endpoint", App.Host.BaseUrl.AbsoluteUri, "--key", Client.Key);
        Assert.Equal(protocol, assistant.NegotiatedProtocolVersion);
        Assert.Equal("evolink-functions", assistant.ServerInfo!.Name);
        Assert.Contains("client_request_id", assistant.ServerInstructions!, StringComparison.Ordinal);
        Assert.Equal(8, (await assistant.ListToolsAsync()).Count);
        var wanted = new { client_request_id = "at-my-desk", prompt = Prompt, image_urls = new[] { Api.Image }, duration = 2 };
        string id = (await assistant.AskAsync("generate_video", wanted)).GetProperty("id").GetString()!;
        Assert.Equal(id, (await assistant.AskAsync("generate_video", wanted)).GetProperty("id").GetString());
        JsonElement video = await assistant.AskAsync("wait_for_video", new { id });
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Single((await LedgerAsync(JobId.Parse(id))).Charges);
        Assert.StartsWith("task_not_found: ", await assistant.RefusalAsync("get_video", new { id = "gen-nothing" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_app_a_call_says_what_to_start_and_a_wrong_key_what_is_wrong()
    {
        string folder = Directory.CreateTempSubdirectory("evolink-").FullName;
        await using (McpClient alone = await StartAsync(null, "--data", folder))
            Assert.Contains($"No app is running with the data folder {folder}. Start one with `serve`", await alone.RefusalAsync("list_videos"), StringComparison.Ordinal);
        await using (McpClient stranger = await StartAsync(null, "--endpoint", App.Host.BaseUrl.AbsoluteUri, "--key", "a-wrong-key-of-the-tests"))
            Assert.Contains("401", await stranger.RefusalAsync("list_videos"), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<McpClient> StartAsync(string? protocol, params string[] args) => McpClient.CreateAsync(
        new StdioClientTransport(new StdioClientTransportOptions { Command = CliProcess.Command[0], Arguments = [.. CliProcess.Command.Skip(1), "mcp", .. args] }),
        new McpClientOptions { ProtocolVersion = protocol });
}
