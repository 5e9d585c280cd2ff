using System.Buffers.Binary;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Whether a picture or a sound beside a video has come to its end, where its format has one: a PNG's last chunk, a JPEG's last marker,
/// the length in a
/// RIFF header. Of the others it is only the server that tells.
/// </summary>
internal sealed class PictureEnd(string contentType) : ContainerWalk
{
    private const int Kept = 12;
    private readonly byte[] _head = new byte[Kept];
    private byte[] _tail = [];
    private long _length;

    /// <inheritdoc/>
    public override string? Missing => contentType switch
    {
        "image/png" => _tail.AsSpan().IndexOf("IEND"u8) == 4 ? null : "has no last chunk",
        "image/jpeg" => _tail.AsSpan().LastIndexOf(stackalloc byte[] { 0xFF, 0xD9 }) >= 0 ? null : "has no end marker",
        // RIFF, WebP's container: the length is that of what follows it.
        "image/webp" or "audio/wav" => BinaryPrimitives.ReadUInt32LittleEndian(_head.AsSpan(4)) + 8L <= _length ? null : "ends before what it promises",
        _ => null,
    };

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length < Kept)
            bytes[..(int)Math.Min(bytes.Length, Kept - _length)].CopyTo(_head.AsSpan((int)_length));
        _length += bytes.Length;
        byte[] end = [.. _tail, .. bytes[^Math.Min(bytes.Length, Kept)..]];
        _tail = end[^Math.Min(end.Length, Kept)..];
    }
}
