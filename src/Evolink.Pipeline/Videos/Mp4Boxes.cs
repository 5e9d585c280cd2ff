using System.Buffers.Binary;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// The boxes of an MP4 or QuickTime file. Sources: ISO/IEC 14496-12, 4.2 (a size of 32 bits, where 1 means that 64 bits follow and 0 that
/// the box goes to the end of the file; and a type), 8.1.1 (<c>mdat</c>), 8.2.1 (<c>moov</c>), 8.8 (fragments).
/// </summary>
/// <remarks>
/// Only the sizes at the top level must be right to the byte. What is read inside of <c>moov</c> tells of cuts that leave those right (a
/// last <c>mdat</c> without a size, an end between two of several), and counts for nothing where it is not understood.
/// </remarks>
internal sealed class Mp4Boxes : ContainerWalk
{
    private const int Short = 8;
    private const int Long = 16;
    private const int MostContainers = 8;
    private const long ToTheEnd = long.MaxValue;

    private readonly byte[] _header = new byte[Long];
    private readonly Stack<long> _containers = new();
    private readonly Mp4Tables _tables = new();
    private BoxType _last;
    private int _have;
    private long _at;
    private long _end;
    private long _media;
    private long _lastMediaFrom;
    private string? _broken;
    private bool _movie;
    private bool _speaksOfFragments;
    private bool _fragments;
    private bool _awaitsMedia;

    /// <inheritdoc/>
    public override string? Missing
    {
        get
        {
            if (_broken is not null)
                return _broken;
            if (_have > 0)
                return $"ends {_have} bytes behind a box ({_last}), where a whole one should follow";
            long end = _containers.Append(_end).Where(end => end != ToTheEnd).DefaultIfEmpty().Max();
            if (end > _at)
                return $"ends {end - _at:N0} bytes before the end of its last box ({_last})";
            if (!_movie)
                return "has no header (moov)";
            if (Media == 0)
                return "holds no media (mdat)";
            if (_speaksOfFragments && !_fragments)
                return "holds none of the fragments (moof) that its header speaks of";
            if (_awaitsMedia)
                return "ends between a fragment (moof) and its media (mdat)";
            bool hasAll = _tables.Reach <= _at && (_lastMediaFrom == 0 || _tables.SampleBytes <= Media);
            return hasAll ? null : "ends before the last of the samples that its tables list";
        }
    }

    private long Media => _media + (_lastMediaFrom > 0 ? _at - _lastMediaFrom : 0);

    private uint Size32 => BinaryPrimitives.ReadUInt32BigEndian(_header);

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _broken is null)
        {
            int taken = _at < _end ? Pass(bytes) : TakeHeader(bytes);
            _at += taken;
            bytes = bytes[taken..];
        }
    }

    private int Pass(ReadOnlySpan<byte> bytes)
    {
        int passed = (int)Math.Min(_end - _at, bytes.Length);
        _tables.Append(bytes[..passed]);
        return passed;
    }

    // Nothing is taken where a container ends without a further box: what is left of it is passed over, as the four zeros are with which
    // QuickTime ends some lists.
    private int TakeHeader(ReadOnlySpan<byte> bytes)
    {
        while (_have == 0 && _containers.TryPeek(out long over) && over <= _at)
            _containers.Pop();
        int needed = _have >= Short ? Long : Short;
        if (_containers.TryPeek(out long end) && end - _at < needed - _have)
        {
            (_have, _end) = (0, end);
            _tables.Begin(default, end);
            return 0;
        }

        int taken = Math.Min(needed - _have, bytes.Length);
        bytes[..taken].CopyTo(_header.AsSpan(_have));
        _have += taken;
        if (_have == Long || (_have == Short && Size32 != 1))
            Begin(_at + taken);
        return taken;
    }

    private void Begin(long content)
    {
        (int header, _have) = (_have, 0);
        long start = content - header;
        long size = Size32 == 1 ? BinaryPrimitives.ReadInt64BigEndian(_header.AsSpan(Short)) : Size32;
        BoxType type = new(_header.AsSpan(Short / 2));
        bool inside = _containers.TryPeek(out long within);
        long most = inside ? within : ToTheEnd;
        bool hasSize = Size32 != 0;
        bool possible = !hasSize || (size >= header && size <= most - start && start + size != ToTheEnd);
        _end = hasSize && possible ? start + size : most;
        _tables.Begin(type, _end);
        if (inside)
        {
            _speaksOfFragments |= type == BoxType.Mvex;
        }
        else
        {
            if (!possible)
                _broken = $"has a box ({type}) of an impossible size";
            else if (type == BoxType.Ftyp && start > 0)
                _broken = $"goes on with another one at byte {start:N0}";
            _last = type;
            BeginTop(type, content);
        }

        if (type.IsContainer && _containers.Count < MostContainers)
        {
            _containers.Push(_end);
            _end = content;
        }
    }

    private void BeginTop(BoxType type, long content)
    {
        if (type == BoxType.Moov)
        {
            _movie = true;
        }
        else if (type == BoxType.Moof)
        {
            _fragments = _awaitsMedia = true;
        }
        else if (type == BoxType.Mdat)
        {
            _awaitsMedia = false;
            if (_end == ToTheEnd)
                _lastMediaFrom = content;
            else
                _media += _end - content;
        }
    }
}
