using System.Buffers.Binary;

namespace Evolink.Simulator;

/// <summary>One of the embedded elementary streams, cut into the samples that an MP4 file holds.</summary>
/// <remarks>See make-assets.sh: 15 s, 10 frames a second, a key frame at every full second, no reordering, one slice per frame.</remarks>
internal sealed class H264Clip
{
    public const int FramesPerSecond = 10;
    private const int SequenceParameters = 7;
    private const int PictureParameters = 8;
    private const int IdrSlice = 5;
    private const int Slice = 1;

    private static readonly Lazy<H264Clip> Hd = new(() => Load("720p.h264", 1280, 720));
    private static readonly Lazy<H264Clip> FullHd = new(() => Load("1080p.h264", 1920, 1080));

    private H264Clip(ReadOnlySpan<byte> annexB, int width, int height)
    {
        Width = width;
        Height = height;
        using var samples = new MemoryStream(annexB.Length);
        var sizes = new List<int>();
        var keyFrames = new List<bool>();
        foreach (Range range in NalUnits(annexB))
        {
            ReadOnlySpan<byte> unit = annexB[range];
            int type = unit[0] & 0x1F;
            if (type is SequenceParameters)
                Sps = unit.ToArray();
            else if (type is PictureParameters)
                Pps = unit.ToArray();
            else if (type is Slice or IdrSlice)
            {
                WriteSample(samples, unit);
                sizes.Add(unit.Length + sizeof(int));
                keyFrames.Add(type is IdrSlice);
            }
        }

        Samples = samples.ToArray();
        SampleSizes = sizes;
        KeyFrames = keyFrames;
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Sequence parameter set, without start code.</summary>
    public byte[] Sps { get; } = [];

    /// <summary>Picture parameter set, without start code.</summary>
    public byte[] Pps { get; } = [];

    /// <summary>All samples, each behind its length in four bytes.</summary>
    public ReadOnlyMemory<byte> Samples { get; }

    /// <summary>The size of each sample, its length field included.</summary>
    public IReadOnlyList<int> SampleSizes { get; }

    /// <summary>Whether each sample can be decoded on its own.</summary>
    public IReadOnlyList<bool> KeyFrames { get; }

    public static H264Clip For(string quality) => quality == "1080p" ? FullHd.Value : Hd.Value;

    private static H264Clip Load(string resource, int width, int height)
    {
        using Stream stream = typeof(H264Clip).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {resource}.");
        byte[] annexB = new byte[stream.Length];
        stream.ReadExactly(annexB);
        return new H264Clip(annexB, width, height);
    }

    private static void WriteSample(MemoryStream samples, ReadOnlySpan<byte> unit)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, unit.Length);
        samples.Write(length);
        samples.Write(unit);
    }

    /// <summary>The units between start codes (three bytes 0 0 1, often with one more 0 before them).</summary>
    private static List<Range> NalUnits(ReadOnlySpan<byte> annexB)
    {
        ReadOnlySpan<byte> startCode = [0, 0, 1];
        var units = new List<Range>();
        int next = annexB.IndexOf(startCode);
        while (next >= 0)
        {
            int start = next + startCode.Length;
            int distance = annexB[start..].IndexOf(startCode);
            next = distance < 0 ? -1 : start + distance;
            int end = next < 0 ? annexB.Length : next;
            while (end > start && annexB[end - 1] == 0)
                end--;
            units.Add(start..end);
        }

        return units;
    }
}
