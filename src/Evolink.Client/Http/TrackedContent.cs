using System.Net;
using System.Net.Http.Headers;

namespace Evolink.Client;

/// <summary>A JSON body that knows whether it has begun to leave. Before that, no server can have acted on the request.</summary>
internal sealed class TrackedContent : HttpContent
{
    private readonly byte[] _body;
    private volatile bool _started;

    public TrackedContent(byte[] body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
    }

    public bool Started => _started;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _started = true;
        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
