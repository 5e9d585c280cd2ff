namespace Evolink.Pipeline.Images;

/// <summary>
/// Looks at a file in pieces, wherever they stand. Every piece is twice as long as the one before, up to 1 MB: a header in the first 8 KB
/// costs one request, and one that is scattered over all of a 10 MB file costs fewer than <see cref="MostRequests"/>.
/// </summary>
/// <remarks>No size that stands in the file is allocated.</remarks>
internal sealed class FilePeek
{
    /// <summary>Most requests for a file of <see cref="ImageCheck.MaxBytes"/> that is read forward to its end twice.</summary>
    public const int MostRequests = 40;

    private const int FirstPiece = 8 << 10;
    private const int LargestPiece = 1 << 20;

    private readonly Func<long, Memory<byte>, CancellationToken, ValueTask>? _fetch;
    private byte[] _buffer = [];
    private ReadOnlyMemory<byte> _piece;
    private long _start;
    private int _next = FirstPiece;

    /// <summary>A file that is elsewhere.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="fetch">Fills a buffer with what stands at an offset; never asked for more than there is.</param>
    public FilePeek(long length, Func<long, Memory<byte>, CancellationToken, ValueTask> fetch) => (Length, _fetch) = (length, fetch);

    /// <summary>A file in memory.</summary>
    public FilePeek(ReadOnlyMemory<byte> file) => (Length, _piece) = (file.Length, file);

    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; }

    /// <summary>Requests made so far.</summary>
    public int Requests { get; private set; }

    /// <summary>So many bytes, good until the next call.</summary>
    /// <exception cref="InvalidDataException">The file ends before them.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> AtAsync(long offset, int count, CancellationToken cancellationToken) =>
        (await FromAsync(offset, count, cancellationToken))[..count];

    /// <summary>What is at hand from an offset on, good until the next call: at least so many bytes.</summary>
    /// <exception cref="InvalidDataException">The file ends before them.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> FromAsync(long offset, int atLeast, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(atLeast, FirstPiece);
        if (offset < 0 || offset > Length - atLeast)
            throw new InvalidDataException("it ends before what it promises");
        if (offset < _start || offset + atLeast > _start + _piece.Length)
            await FetchAsync(offset, cancellationToken);
        return _piece[(int)(offset - _start)..];
    }

    private async ValueTask FetchAsync(long offset, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(_next, Length - offset);
        if (_buffer.Length < wanted)
            _buffer = new byte[wanted];
        await _fetch!(offset, _buffer.AsMemory(0, wanted), cancellationToken);
        (_piece, _start) = (_buffer.AsMemory(0, wanted), offset);
        _next = Math.Min(_next * 2, LargestPiece);
        Requests++;
    }
}
