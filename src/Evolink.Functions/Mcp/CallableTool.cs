using System.Text.Json;
using Evolink.Functions.Http;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Evolink.Functions.Mcp;

/// <summary>A tool as the SDK calls it, for the one request at hand.</summary>
internal sealed partial class CallableTool(VideoTool tool, ToolCall call, ILogger<CallableTool> log) : McpServerTool
{
    public override Tool ProtocolTool => tool.Definition;

    public override IReadOnlyList<object> Metadata => [];

    public override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        try
        {
            return await tool.CallAsync(call, Arguments(request.Params?.Arguments), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, tool.Definition.Name);
            return VideoTool.Mistake(Errors.Internal, "Call again with the same arguments: what was done before is not done twice.");
        }
    }

    private static IReadOnlyDictionary<string, JsonElement> Arguments(IDictionary<string, JsonElement>? arguments) =>
        arguments as IReadOnlyDictionary<string, JsonElement> ?? new Dictionary<string, JsonElement>(arguments ?? new Dictionary<string, JsonElement>());

    [LoggerMessage(2102, LogLevel.Error, "Tool {Tool} failed.")]
    private partial void LogFailed(Exception e, string tool);
}
