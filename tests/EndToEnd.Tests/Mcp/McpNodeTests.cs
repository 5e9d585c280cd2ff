using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing;

namespace EndToEnd.Tests.Mcp;

/// <summary>The official TypeScript clients and the inspector's command line, pinned in eng/mcp-clients; they hold every structured answer to its schema.</summary>
public sealed class McpNodeTests(Apps apps) : AppTests(apps.Usual)
{
    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task The_official_typescript_clients_list_and_run_every_tool(string protocol)
    {
        JsonElement seen = await RunAsync("client.mjs", Api.SamplePath, protocol);
        Assert.Equal(protocol, seen.GetProperty("protocol").GetString());
        Assert.Equal("evolink-functions", seen.GetProperty("server").GetProperty("name").GetString());
        Assert.Contains("client_request_id", seen.GetProperty("instructions").GetString(), StringComparison.Ordinal);
        await AssertPaidOnceAsync(seen);
    }

    [Fact]
    public async Task The_inspectors_command_line_lists_and_runs_every_tool() =>
        await AssertPaidOnceAsync(await RunAsync("inspector.mjs", new Uri(App.Host.BaseUrl, "studio/cat.png").AbsoluteUri));

    private async Task<JsonElement> RunAsync(string script, string image, params string[] more)
    {
        Assert.SkipUnless(NodePackages.HasNode, "Node is not installed.");
        (int exitCode, string output) = await NodePackages.RunOwnAsync(
            "mcp-clients", "@modelcontextprotocol/sdk", script, [new Uri(App.Host.BaseUrl, "mcp").AbsoluteUri, Client.Key, image, "one-video", .. more]);
        Assert.True(exitCode == 0, output);
        return JsonDocument.Parse(output).RootElement;
    }

    private async Task AssertPaidOnceAsync(JsonElement seen)
    {
        Assert.Equal(8, seen.GetProperty("tools").GetArrayLength());
        Assert.Equal(8, seen.GetProperty("answers").EnumerateObject().Count());
        Assert.Single((await LedgerAsync(JobId.Parse(seen.GetProperty("id").GetString()!))).Charges);
    }
}
