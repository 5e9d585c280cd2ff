using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Evolink.Simulator;

/// <summary>Writes the boxes of ISO/IEC 14496-12 into a growing buffer; everything is big-endian.</summary>
internal sealed class Mp4Writer
{
    private const int BoxHeader = 8;
    private readonly ArrayBufferWriter<byte> buffer = new();

    public Mp4Writer Box(string type, Action<Mp4Writer> content)
    {
        var inner = new Mp4Writer();
        content(inner);
        return UInt32((uint)inner.buffer.WrittenCount + BoxHeader).Text(type).Bytes(inner.buffer.WrittenSpan);
    }

    /// <summary>A box that begins with a version and flags.</summary>
    public Mp4Writer FullBox(string type, uint flags, Action<Mp4Writer> content) => Box(type, box => content(box.UInt32(flags)));

    public Mp4Writer UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Bytes(bytes);
    }

    public Mp4Writer UInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return Bytes(bytes);
    }

    public Mp4Writer UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Bytes(bytes);
    }

    public Mp4Writer Byte(byte value) => Bytes([value]);

    public Mp4Writer Zeros(int count) => Bytes(new byte[count]);

    public Mp4Writer Text(string ascii) => Bytes(Encoding.ASCII.GetBytes(ascii));

    public Mp4Writer Bytes(ReadOnlySpan<byte> bytes)
    {
        buffer.Write(bytes);
        return this;
    }

    public byte[] ToArray() => buffer.WrittenSpan.ToArray();
}
