using ModelContextProtocol.Client;
using ModelContextProtocol.Server;

namespace Evolink.LocalHost.Cli;

/// <summary><c>mcp</c>: the app's tools for an assistant that starts programs, over standard input and output. Nothing else may be written there.</summary>
internal static class McpCommand
{
    public static Command Build()
    {
        AppConnectionOptions connection = new();
        var command = new Command("mcp", "Offers the tools of a running app to an assistant on this machine, over standard input and output (MCP).");
        connection.AddTo(command);
        command.SetAction(parsed => RunAsync(connection.Read(parsed)));
        return command;
    }

    private static async Task<int> RunAsync(AppConnection connection)
    {
        using var signals = new StopSignals();
        await using var app = new McpRelay(cancellationToken => ConnectAsync(connection, cancellationToken));
        McpServerOptions options = await app.OptionsAsync(signals.Token);
        await using var transport = new StdioServerTransport(options);
        await using McpServer server = McpServer.Create(transport, options);
        await server.RunAsync(signals.Token);
        return ExitCode.Done;
    }

    private static async Task<McpClient> ConnectAsync(AppConnection connection, CancellationToken cancellationToken)
    {
        (Uri address, string key) = await connection.LocateAsync(cancellationToken);
        HttpClientTransportOptions options = new()
        {
            Endpoint = new Uri(address, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            // The app has no streams to offer.
            EnableStandaloneGetStream = false,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}", ["User-Agent"] = AppConnection.UserAgent },
        };
        return await McpClient.CreateAsync(new HttpClientTransport(options), cancellationToken: cancellationToken);
    }
}
