using Evolink.Functions.Http;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Mcp;

/// <summary><c>POST /mcp</c>: the app for assistants, by the Model Context Protocol over Streamable HTTP, without sessions and without streams.</summary>
public sealed class ServeMcp(McpTransport transport, IOptions<EvolinkOptions> options)
{
    private const int Envelope = 64 << 10;

    /// <summary>Largest body, in bytes: the largest image as base64, and the message around it.</summary>
    public const int MaxBody = (ImageCheck.MaxBytes + 2) / 3 * 4 + Envelope;

    /// <summary>Answers one message with one JSON document.</summary>
    [Function(nameof(ServeMcp))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "mcp")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (!MayCall(request, options.Value.PublicBaseUrl))
            return Errors.ForeignOrigin;
        if (!request.HasJsonContentType())
            return Errors.NotJson;
        return await RequestBody.ReadAsync(request, MaxBody, cancellationToken) is { } body
            ? await transport.AnswerAsync(new ToolCall(request.HttpContext, durable), body, cancellationToken)
            : Errors.TooLarge(MaxBody);
    }

    // Streamable HTTP, "Security Warning": a page elsewhere must not reach a server on this machine by a name that it leads there. So a host
    // that the request alone names counts for nothing, unless it is this machine's.
    private static bool MayCall(HttpRequest request, Uri? publicBase) => request.Headers.Origin switch
    {
        [] => true,
        [{ } origin] => Uri.TryCreate(origin, UriKind.Absolute, out Uri? page)
            && (IsSame(page, publicBase) || (page.IsLoopback && IsSame(page, request.OwnBase))),
        _ => false,
    };

    private static bool IsSame(Uri page, Uri? own) =>
        own is not null && Uri.Compare(page, own, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
