namespace Evolink.Pipeline.Images;

/// <summary>Looks at a file in small pieces, and at no more than <see cref="Budget"/> bytes of it in all, whatever lengths it claims: what lies between two pieces is never fetched.</summary>
/// <param name="length">Length of the file.</param>
/// <param name="fetch">Fills a buffer with what stands at an offset; never asked for more than there is.</param>
internal sealed class FilePeek(long length, Func<long, Memory<byte>, CancellationToken, ValueTask> fetch)
{
    /// <summary>Most bytes that are fetched.</summary>
    public const int Budget = 64 << 10;

    // The header of most files lies in the first piece. Later ones are small: a photo's may lie behind hundreds of segments.
    private const int FirstPiece = 8 << 10;
    private const int LaterPiece = 512;

    private readonly byte[] _piece = new byte[FirstPiece];
    private long _start;
    private int _count;

    /// <summary>A file in memory.</summary>
    public FilePeek(byte[] file)
        : this(file.Length, (offset, buffer, _) =>
        {
            file.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
            return ValueTask.CompletedTask;
        })
    {
    }

    /// <summary>Length of the file in bytes.</summary>
    public long Length => length;

    /// <summary>Bytes fetched so far.</summary>
    public int Fetched { get; private set; }

    /// <summary>Some bytes, good until the next call.</summary>
    /// <exception cref="InvalidDataException">The file ends before them, or they lie behind more than may be looked at.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> AtAsync(long offset, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LaterPiece);
        if (offset < 0 || offset > length - count)
            throw new InvalidDataException("it ends before what it promises");
        if (offset < _start || offset + count > _start + _count)
            await FetchAsync(offset, cancellationToken);
        return _piece.AsMemory((int)(offset - _start), count);
    }

    private async ValueTask FetchAsync(long offset, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(Fetched == 0 ? FirstPiece : LaterPiece, length - offset);
        if (Fetched + wanted > Budget)
            throw new InvalidDataException($"it is not found within {Budget >> 10} KB");
        _count = 0;
        await fetch(offset, _piece.AsMemory(0, wanted), cancellationToken);
        (_start, _count) = (offset, wanted);
        Fetched += wanted;
    }
}
