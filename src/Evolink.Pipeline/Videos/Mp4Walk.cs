using System.Buffers.Binary;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Follows the top-level boxes of an MP4 as its bytes pass by, to tell whether the file is whole where nobody said how long it is.
/// Source of the form: ISO/IEC 14496-12, section 4.2: a size of 32 bits (1: 64 bits follow; 0: to the end of the file), and a type.
/// </summary>
internal sealed class Mp4Walk
{
    private const int Short = 8;
    private const int Long = 16;

    private readonly byte[] _header = new byte[Long];
    private int _have;
    private long _skip;
    private bool _toTheEnd;
    private bool _broken;
    private bool _movie;
    private bool _media;

    /// <summary>Whether the bytes so far end where a box ends, with the movie's header and its media among them.</summary>
    public bool IsWhole => !_broken && _movie && _media && (_toTheEnd || (_skip == 0 && _have == 0));

    /// <summary>The next bytes of the file.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_toTheEnd && !_broken)
        {
            if (_skip > 0)
            {
                int passed = (int)Math.Min(_skip, bytes.Length);
                _skip -= passed;
                bytes = bytes[passed..];
                continue;
            }

            int needed = _have >= Short && Size32() == 1 ? Long : Short;
            int taken = Math.Min(needed - _have, bytes.Length);
            bytes[..taken].CopyTo(_header.AsSpan(_have));
            _have += taken;
            bytes = bytes[taken..];
            if (_have == needed && (needed == Long || Size32() != 1))
                Begin();
        }
    }

    private uint Size32() => BinaryPrimitives.ReadUInt32BigEndian(_header);

    private void Begin()
    {
        ReadOnlySpan<byte> type = _header.AsSpan(4, 4);
        _movie |= type.SequenceEqual("moov"u8);
        _media |= type.SequenceEqual("mdat"u8);
        long size = Size32() == 1 ? BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(Short)) : Size32();
        _toTheEnd = size == 0;
        _broken = size != 0 && size < _have;
        _skip = Math.Max(size - _have, 0);
        _have = 0;
    }
}
