using System.Net;
using System.Net.Http.Headers;

namespace Evolink.Client;

/// <summary>
/// A JSON body that knows whether it has begun to leave (before that, no server can have acted on the request), and leaves once.
/// </summary>
internal sealed class TrackedContent : HttpContent
{
    private readonly byte[] _body;
    private int _started;

    public TrackedContent(byte[] body)
    {
        _body = body;
        Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
    }

    public bool Started => Volatile.Read(ref _started) != 0;

    /// <summary>Whether something beneath this client wanted to send it once more.</summary>
    public bool WasRefused { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A handler beneath that tries again by itself gets no second body: it would be paid for twice.
        if (Interlocked.Exchange(ref _started, 1) != 0)
        {
            WasRefused = true;
            throw new InvalidOperationException("A paid request is sent once: put no handler under this client that sends requests again.");
        }

        await stream.WriteAsync(_body, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
