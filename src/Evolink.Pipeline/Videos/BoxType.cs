using System.Buffers.Binary;
using System.Text;

namespace Evolink.Pipeline.Videos;

/// <summary>The type of a box of an MP4: four characters.</summary>
internal readonly record struct BoxType(uint Value)
{
    public static readonly BoxType Ftyp = new("ftyp"u8);
    public static readonly BoxType Moov = new("moov"u8);
    public static readonly BoxType Moof = new("moof"u8);
    public static readonly BoxType Mdat = new("mdat"u8);
    public static readonly BoxType Mvex = new("mvex"u8);
    public static readonly BoxType SampleSizes = new("stsz"u8);
    public static readonly BoxType ChunkOffsets = new("stco"u8);
    public static readonly BoxType LargeChunkOffsets = new("co64"u8);
    public static readonly BoxType SegmentIndex = new("sidx"u8);

    private static readonly BoxType[] Containers = [Moov, new("trak"u8), new("mdia"u8), new("minf"u8), new("stbl"u8)];

    public BoxType(ReadOnlySpan<byte> characters)
        : this(BinaryPrimitives.ReadUInt32BigEndian(characters))
    {
    }

    /// <summary>Whether it lies on the way to the tables of a track, and holds nothing but boxes.</summary>
    public bool IsContainer => Array.IndexOf(Containers, this) >= 0;

    /// <summary>As it may be shown to people.</summary>
    public override string ToString()
    {
        Span<byte> characters = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(characters, Value);
        return characters.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? "of no known type" : Encoding.ASCII.GetString(characters);
    }
}
