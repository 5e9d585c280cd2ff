using System.Net;

namespace Evolink.Client;

/// <summary>Sends a stream from where it stands and, unlike <see cref="StreamContent"/>, leaves it open: it is the caller's.</summary>
internal sealed class BorrowedStreamContent(Stream stream) : HttpContent
{
    private readonly long? _length = stream.CanSeek ? stream.Length - stream.Position : null;

    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context) =>
        SerializeToStreamAsync(target, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream target, TransportContext? context, CancellationToken cancellationToken) =>
        stream.CopyToAsync(target, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }
}
