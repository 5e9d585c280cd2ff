using System.Buffers.Binary;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// What the tables of an MP4 say about the length of its file, added up as they pass by. Source: ISO/IEC 14496-12, 8.7.3 (<c>stsz</c>),
/// 8.7.5 (<c>stco</c>, <c>co64</c>), 8.16.3 (<c>sidx</c>); all of them are made of words of 32 bits.
/// </summary>
internal sealed class Mp4Tables
{
    private const int Word = 4;
    private const uint SegmentSize = 0x7FFFFFFF;

    private readonly byte[] _word = new byte[Word];
    private Action<uint>? _read;
    private int _have;
    private long _index;
    private uint _first;
    private uint _before;
    private long _end;

    /// <summary>
    /// How far the file must reach at least: the beginning of the furthest chunk, the end of the furthest segment of an index.
    /// </summary>
    public long Reach { get; private set; }

    /// <summary>Bytes of all samples that the header of the movie lists.</summary>
    public long SampleBytes { get; private set; }

    /// <summary>A box begins.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="end">Where it ends.</param>
    public void Begin(BoxType type, long end)
    {
        (_have, _index, _end) = (0, 0, Math.Min(end, long.MaxValue / 4));
        _read = type == BoxType.SampleSizes ? ReadSampleSize
            : type == BoxType.ChunkOffsets ? ReadChunkOffset
            : type == BoxType.LargeChunkOffsets ? ReadLargeChunkOffset
            : type == BoxType.SegmentIndex ? ReadSegment
            : null;
    }

    /// <summary>The next bytes of it.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (_read is not null && !bytes.IsEmpty)
        {
            int taken = Math.Min(Word - _have, bytes.Length);
            bytes[..taken].CopyTo(_word.AsSpan(_have));
            _have += taken;
            bytes = bytes[taken..];
            if (_have < Word)
                return;
            uint word = BinaryPrimitives.ReadUInt32BigEndian(_word);
            _read(word);
            (_have, _before) = (0, word);
            _index++;
        }
    }

    // Version and flags; one size for all, or 0; how many; their sizes.
    private void ReadSampleSize(uint word)
    {
        if (_index == 1)
            _first = word;
        else if (_index == 2)
            Count((ulong)_first * word);
        else if (_index > 2 && _first == 0)
            Count(word);
    }

    // Version and flags; how many; their offsets.
    private void ReadChunkOffset(uint word)
    {
        if (_index >= 2)
            Reach = Math.Max(Reach, word);
    }

    private void ReadLargeChunkOffset(uint word)
    {
        if (_index >= 2 && _index % 2 == 1)
            Reach = Math.Max(Reach, Long(_before, word));
    }

    // Version and flags; track; scale; time and offset of the first segment, of 32 or 64 bits each; how many; for each its size, length
    // and kind.
    private void ReadSegment(uint word)
    {
        if (_index == 0)
            _first = word >> 24 == 0 ? 0u : 1u;
        long offset = 4 + (2 * _first);
        if (_index == offset)
            _end += _first == 0 ? word : Long(_before, word);
        else if (_index > offset && (_index - offset) % 3 == 2)
            Reach = Math.Max(Reach, _end += word & SegmentSize);
    }

    private static long Long(uint high, uint low) => (long)Math.Min(((ulong)high << 32) | low, long.MaxValue / 2);

    private void Count(ulong bytes) => SampleBytes = (long)Math.Min((ulong)SampleBytes + Math.Min(bytes, long.MaxValue), long.MaxValue / 2);
}
