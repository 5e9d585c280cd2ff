using System.Buffers.Binary;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Follows the outermost boxes of an MP4 file (ISO/IEC 14496-12, 4.2) as its bytes go by. Each says how long it is: so a file that was
/// cut off is known even where HTTP did not tell its length.
/// </summary>
internal sealed class Mp4Boxes
{
    private const int Header = 8;
    private const int LargeHeader = 16;

    private readonly byte[] _header = new byte[LargeHeader];
    private int _have;
    private ulong _rest;
    private bool _media;
    private bool _open;

    /// <summary>Whether the file may end here: after a box, the media among them.</summary>
    public bool IsWhole => _open || (_media && _rest == 0 && _have == 0);

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_open)
        {
            if (_rest > 0)
            {
                int skipped = (int)Math.Min(_rest, (ulong)bytes.Length);
                _rest -= (ulong)skipped;
                bytes = bytes[skipped..];
                continue;
            }

            _header[_have++] = bytes[0];
            bytes = bytes[1..];
            if (_have == Header || _have == LargeHeader)
                Begin();
        }
    }

    private void Begin()
    {
        ulong size = BinaryPrimitives.ReadUInt32BigEndian(_header);
        if (size == 1 && _have == Header)
            return; // the size follows, in eight bytes
        if (size == 1)
            size = BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(Header));
        // Zero means "to the end of the file"; less than a header means nothing at all. Neither can be followed.
        if (size < (ulong)_have)
            _open = true;
        else
            _rest = size - (ulong)_have;
        _media |= _header.AsSpan(4, 4).SequenceEqual("mdat"u8);
        _have = 0;
    }
}
