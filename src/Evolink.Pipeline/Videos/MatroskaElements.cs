using System.Numerics;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// The elements of a WebM or Matroska file. Sources: RFC 8794 (EBML: an id and a size of variable length; a size of ones only is not
/// known, and such an element ends where one begins that cannot be in it), RFC 9559 (Matroska: a header, and a segment with tracks and
/// clusters).
/// </summary>
/// <remarks>
/// A file that was streamed while it was made may have a segment, and clusters, of unknown size. Of these nobody can tell whether another
/// cluster should follow; they are complete where an element ends.
/// </remarks>
internal sealed class MatroskaElements : ContainerWalk
{
    private const int LongestId = 4;
    private const int LongestSize = 8;
    private const long Unknown = long.MaxValue;

    private const uint Header = 0x1A45DFA3;
    private const uint Segment = 0x18538067;
    private const uint Cluster = 0x1F43B675;
    private const uint Tracks = 0x1654AE6B;
    private const uint BlockGroup = 0xA0;
    private const uint SimpleBlock = 0xA3;
    private const uint Void = 0xEC;

    // Ids of what stands directly in a segment have four bytes, those within a cluster fewer.
    private const uint FirstOfSegment = 0x10000000;

    private readonly byte[] _head = new byte[LongestId + LongestSize];
    private int _have;
    private long _at;
    private long _end;
    private long? _segment;
    private bool _inCluster;
    private bool _header;
    private bool _tracks;
    private bool _media;
    private bool _awaitsBlock;
    private string? _broken;

    /// <inheritdoc/>
    public override string? Missing
    {
        get
        {
            if (_broken is not null)
                return _broken;
            if (_have > 0)
                return $"ends {_have} bytes behind an element, where a whole one should follow";
            long end = Math.Max(_end, _segment is { } segment and not Unknown ? segment : 0);
            if (end > _at)
                return $"ends {end - _at:N0} bytes before the end of its last element";
            if (!_header || _segment is null)
                return "has no segment";
            if (!_tracks)
                return "has a segment without tracks";
            if (!_media)
                return "has a segment without media (clusters)";
            return _awaitsBlock ? "ends within a cluster that has no block yet" : null;
        }
    }

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _broken is null)
        {
            int taken = _at < _end ? (int)Math.Min(_end - _at, bytes.Length) : TakeHead(bytes[0]);
            _at += taken;
            bytes = bytes[taken..];
            if (_have > 0)
                TryBegin();
        }
    }

    private int TakeHead(byte next)
    {
        _head[_have++] = next;
        return 1;
    }

    // The number of leading zeros of the first byte is the number of bytes that follow it.
    private static int Length(byte first) => BitOperations.LeadingZeroCount(first) - 24 + 1;

    private void TryBegin()
    {
        int id = Length(_head[0]);
        if (id > LongestId)
        {
            _broken = $"holds something that is no element, at byte {_at - 1:N0}";
            return;
        }

        if (_have <= id)
            return;
        int size = Length(_head[id]);
        if (size > LongestSize)
            _broken = $"has an element of an impossible size, at byte {_at - _have:N0}";
        else if (_have == id + size)
            Begin((uint)Number(_head.AsSpan(0, id)), Size(_head.AsSpan(id, size)));
    }

    private void Begin(uint id, long size)
    {
        long start = _at - _have;
        _have = 0;
        bool inSegment = start < _segment;
        _inCluster &= inSegment && id < FirstOfSegment;
        bool isSegment = id == Segment && _segment is null;
        bool isOpenCluster = id == Cluster && inSegment && size == Unknown;
        if (size == Unknown && !isSegment && !isOpenCluster)
            _broken = $"has an element without a size, at byte {start:N0}";
        else if (_segment is not null && (inSegment ? id is Header or Segment : id is not Void))
            _broken = $"goes on with something else behind its segment, at byte {start:N0}";
        else if (inSegment && size != Unknown && size > _segment - _at)
            _broken = $"has an element that is longer than its segment, at byte {start:N0}";
        if (_broken is not null)
            return;
        _header |= id == Header;
        _tracks |= inSegment && id == Tracks;
        bool isMedia = id == Cluster ? size is > 0 and not Unknown : _inCluster && id is SimpleBlock or BlockGroup;
        _media |= isMedia;
        _awaitsBlock = isOpenCluster || (_awaitsBlock && !isMedia);
        _inCluster |= isOpenCluster;
        if (isSegment)
            _segment = size == Unknown ? Unknown : _at + size;
        _end = isSegment || isOpenCluster ? _at : _at + size;
    }

    // The highest bit that is set tells the length; an id keeps it, a size does not.
    private static ulong Number(ReadOnlySpan<byte> bytes)
    {
        ulong number = 0;
        foreach (byte next in bytes)
            number = (number << 8) | next;
        return number;
    }

    private static long Size(ReadOnlySpan<byte> bytes)
    {
        ulong ones = (1UL << (7 * bytes.Length)) - 1;
        ulong size = Number(bytes) & ones;
        return size == ones ? Unknown : (long)size;
    }
}
