using System.Buffers.Binary;
using System.Text;

namespace Evolink.Simulator.Tests;

/// <summary>A reader of MP4 boxes, written apart from the writer under test.</summary>
internal sealed record Mp4Box(string Type, ReadOnlyMemory<byte> Content, long Offset)
{
    public static IReadOnlyList<Mp4Box> Parse(ReadOnlyMemory<byte> bytes, long offset = 0)
    {
        var boxes = new List<Mp4Box>();
        int position = 0;
        while (position < bytes.Length)
        {
            ReadOnlySpan<byte> here = bytes.Span[position..];
            int size = checked((int)BinaryPrimitives.ReadUInt32BigEndian(here));
            Assert.InRange(size, 8, here.Length);
            boxes.Add(new Mp4Box(Encoding.ASCII.GetString(here[4..8]), bytes.Slice(position + 8, size - 8), offset + position));
            position += size;
        }

        return boxes;
    }

    /// <summary>The box at the end of a path of types, through containers only.</summary>
    public Mp4Box Inner(params string[] path)
    {
        Mp4Box box = this;
        foreach (string type in path)
            box = Parse(box.Content, box.Offset + 8).Single(inner => inner.Type == type);
        return box;
    }

    public uint UInt32(int at) => BinaryPrimitives.ReadUInt32BigEndian(Content.Span[at..]);

    public ushort UInt16(int at) => BinaryPrimitives.ReadUInt16BigEndian(Content.Span[at..]);
}
