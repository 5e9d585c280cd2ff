using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Evolink.LocalHost.Cli;

/// <summary>A server without tools of its own: it passes what an assistant asks on to the app, which may come later, go, and come again elsewhere.</summary>
/// <param name="connect">Finds the app and connects to its <c>/mcp</c>.</param>
internal sealed class McpRelay(Func<CancellationToken, Task<McpClient>> connect) : IAsyncDisposable
{
    private readonly SemaphoreSlim _connecting = new(1);
    private McpClient? _app;

    /// <summary>What the server is, as the app says it where it runs by now.</summary>
    public async Task<McpServerOptions> OptionsAsync(CancellationToken cancellationToken)
    {
        Implementation own = new() { Name = "evolink-functions", Title = "Evolink videos", Version = typeof(McpRelay).Assembly.GetName().Version!.ToString(3) };
        string? instructions = null;
        try
        {
            McpClient app = await AppAsync(cancellationToken);
            (own, instructions) = (app.ServerInfo ?? own, app.ServerInstructions);
        }
        catch (Exception e) when (IsNoApp(e, cancellationToken))
        {
            await Console.Error.WriteLineAsync(Failures.Explain(e));
        }

        return new McpServerOptions
        {
            ServerInfo = own,
            ServerInstructions = instructions,
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = (request, stopping) => ListAsync(request.Params, stopping),
                CallToolHandler = (request, stopping) => CallAsync(request.Params!, stopping),
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is { } app)
            await app.DisposeAsync();
        _connecting.Dispose();
    }

    private async ValueTask<ListToolsResult> ListAsync(ListToolsRequestParams? asked, CancellationToken cancellationToken)
    {
        try
        {
            return await PassAsync(app => app.ListToolsAsync(new ListToolsRequestParams { Cursor = asked?.Cursor }, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (IsNoApp(e, cancellationToken))
        {
            throw new McpException(Failures.Explain(e), e);
        }
    }

    // The assistant's own words about its request (progress, protocol) are for this server, not for the app.
    private async ValueTask<CallToolResult> CallAsync(CallToolRequestParams asked, CancellationToken cancellationToken)
    {
        CallToolRequestParams passed = new() { Name = asked.Name, Arguments = asked.Arguments };
        try
        {
            return await PassAsync(app => app.CallToolAsync(passed, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (IsNoApp(e, cancellationToken))
        {
            return new CallToolResult
            {
                IsError = true,
                Content = [new TextContentBlock { Text = $"{Failures.Explain(e)} Call again with the same arguments: what was done before is not done twice." }],
            };
        }
    }

    private async Task<T> PassAsync<T>(Func<McpClient, ValueTask<T>> pass, CancellationToken cancellationToken)
    {
        McpClient app = await AppAsync(cancellationToken);
        try
        {
            return await pass(app);
        }
        catch (Exception e) when (IsNoApp(e, cancellationToken))
        {
            // It may run again by the next call, with another address or another key.
            await ForgetAsync(app);
            throw;
        }
    }

    private async Task<McpClient> AppAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            return _app ??= await connect(cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }

    private async Task ForgetAsync(McpClient app)
    {
        if (Interlocked.CompareExchange(ref _app, null, app) == app)
            await app.DisposeAsync();
    }

    // What the app itself says of a request (McpProtocolException) goes on as it is.
    private static bool IsNoApp(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is not McpProtocolException;
}
