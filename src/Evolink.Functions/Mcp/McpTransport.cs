using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Evolink.Functions.Mcp;

/// <summary>
/// Lets the SDK's own endpoint answer a function's request. It always frames its answer as a stream of events; here that stream holds one
/// message, and goes out as the JSON document that it is, which the protocol allows a server to choose.
/// </summary>
public sealed partial class McpTransport : IDisposable
{
    private const string Json = "application/json";
    private const string Events = "text/event-stream";

    // A message with an image is held half a dozen times while it is read. One is taken at once; the others wait, and hold their bytes alone.
    private const int LargeAtOnce = 1;
    private const int Large = 1 << 20;

    private static readonly JsonTypeInfo<JsonRpcMessage> Message =
        (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    private readonly RequestDelegate _endpoint;
    private readonly ILogger<McpTransport> _log;
    private readonly SemaphoreSlim _large = new(LargeAtOnce);

    /// <summary>Takes the one endpoint that the SDK maps where there are no sessions.</summary>
    public McpTransport(IServiceProvider services, ILogger<McpTransport> log)
    {
        _log = log;
        Routes routes = new(services);
        routes.MapMcp();
        _endpoint = routes.DataSources.SelectMany(source => source.Endpoints).Single().RequestDelegate!;
    }

    /// <summary>Answers one message.</summary>
    /// <param name="call">What the tools need to know of the request.</param>
    /// <param name="body">Its body.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IResult> AnswerAsync(ToolCall call, byte[] body, CancellationToken cancellationToken)
    {
        // What the app takes nowhere (other encodings, great depth, doubled names) goes no further here either.
        (JsonDocument? document, string? problem) = IncomingJson.Parse(body);
        document?.Dispose();
        if (problem is not null)
            return Error(McpErrorCode.ParseError, $"The body {problem}.");
        if (body.Length < Large)
            return await AnswerAsync(call, body);
        await _large.WaitAsync(cancellationToken);
        try
        {
            return await AnswerAsync(call, body);
        }
        finally
        {
            _large.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _large.Dispose();

    private async Task<IResult> AnswerAsync(ToolCall call, byte[] body)
    {
        (HttpRequest request, HttpResponse response) = (call.Http.Request, call.Http.Response);
        call.Attach();
        request.Body = new MemoryStream(body, writable: false);
        // The SDK asks for both, for it may stream. This never does, so a client need not take streams.
        request.Headers.Accept = $"{Json}, {Events}";
        Stream client = response.Body;
        using MemoryStream framed = new();
        response.Body = framed;
        try
        {
            await _endpoint(call.Http);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or McpException && !call.Http.RequestAborted.IsCancellationRequested)
        {
            // Parameters that do not fit the type of a method, or hold half a character: thrown before there is a server to answer.
            LogRefused(e);
            return Error(McpErrorCode.InvalidParams, "The parameters do not fit the method.");
        }
        finally
        {
            response.Body = client;
        }

        return Answer(response, framed);
    }

    private static IResult Answer(HttpResponse response, MemoryStream framed)
    {
        int status = response.StatusCode;
        bool isFramed = response.ContentType?.StartsWith(Events, StringComparison.Ordinal) == true;
        response.Headers.Remove("Content-Encoding");
        response.Headers.Remove("X-Accel-Buffering");
        response.ContentLength = null;
        response.ContentType = null;
        ResponseHeaders.Apply(response);
        ReadOnlyMemory<byte> message = isFramed ? Unframe(framed) : framed.ToArray();
        return message.IsEmpty ? TypedResults.StatusCode(status) : TypedResults.Text(message.Span, Json, status);
    }

    // The answer comes last; what a server may say before it (progress, log lines) is lost on a client that takes no stream.
    private static byte[] Unframe(MemoryStream framed)
    {
        framed.Position = 0;
        byte[] last = [];
        foreach (SseItem<byte[]> item in SseParser.Create(framed, (_, data) => data.ToArray()).Enumerate())
            last = item.Data;
        return last;
    }

    private static JsonHttpResult<JsonRpcMessage> Error(McpErrorCode code, string words) => TypedResults.Json(
        new JsonRpcError { Error = new JsonRpcErrorDetail { Code = (int)code, Message = words } },
        Message,
        statusCode: StatusCodes.Status400BadRequest);

    [LoggerMessage(2103, LogLevel.Information, "A message to /mcp could not be read.")]
    private partial void LogRefused(Exception e);

    // Functions has routes of its own: this only collects what MapMcp would add to those of an ASP.NET Core app.
    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
