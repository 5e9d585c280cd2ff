using System.Buffers.Binary;
using System.IO.Hashing;

namespace Evolink.Pipeline.Images;

/// <summary>Walks over the chunks of a PNG.</summary>
internal static class PngHeader
{
    private const int AfterHeader = 33, EmptyChunk = 12;
    private const byte Palette = 3;

    private const uint Ihdr = 0x49484452, Plte = 0x504C5445, Trns = 0x74524E53, Idat = 0x49444154, Iend = 0x49454E44;

    /// <summary>Its header, where every chunk lies within the file.</summary>
    public static async ValueTask<ImageHeader> ReadAsync(FilePeek file, CancellationToken cancellationToken)
    {
        (ImageHeader header, byte color) = Header((await file.AtAsync(8, AfterHeader - 8, cancellationToken)).Span);
        Pixels pixels = new();
        bool hasPalette = color != Palette;
        long offset = AfterHeader;
        for (int chunks = 0; !pixels.AreWhole(atEnd: file.Length - offset < EmptyChunk); chunks++)
        {
            if (chunks == ImageHeader.MostParts)
                throw ImageHeader.TooManyParts;
            (uint length, uint type) = Chunk((await file.AtAsync(offset, 8, cancellationToken)).Span);
            switch (type)
            {
                case Plte:
                    hasPalette = true;
                    break;
                // PNG 11.3.2.1: it stands before the first IDAT, and after it nobody obeys it. An empty one makes nothing transparent.
                case Trns when length > 0 && !pixels.HaveBegun:
                    header = header with { Transparent = true };
                    break;
                case Idat:
                    int wanted = (int)Math.Min(length, (uint)pixels.BytesWanted);
                    pixels.Add((await file.AtAsync(offset + 8, wanted, cancellationToken)).Span, length);
                    break;
                case Iend:
                    pixels.End();
                    break;
            }

            if (type != Iend)
                offset += EmptyChunk + (long)length;
            if (offset > file.Length)
                throw new InvalidDataException("it ends before what it promises");
        }

        return hasPalette ? header : throw new InvalidDataException("it has no palette");
    }

    private static (ImageHeader Header, byte Color) Header(ReadOnlySpan<byte> chunk)
    {
        if (Chunk(chunk) != (13, Ihdr))
            throw new InvalidDataException("it does not begin with a header");
        // The library writes it the other way round.
        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        Crc32.Hash(chunk[4..21], checksum);
        if (BinaryPrimitives.ReadUInt32LittleEndian(checksum) != BinaryPrimitives.ReadUInt32BigEndian(chunk[21..]))
            throw new InvalidDataException("its checksum is wrong");
        (byte depth, byte color) = (chunk[16], chunk[17]);
        bool known = (color, depth) is (0, 1 or 2 or 4 or 8 or 16) or (Palette, 1 or 2 or 4 or 8) or (2 or 4 or 6, 8 or 16);
        if (!known || chunk[18] != 0 || chunk[19] != 0 || chunk[20] > 1)
            throw new InvalidDataException("it names a colour type or method that PNG does not have");
        return (new ImageHeader(
            BinaryPrimitives.ReadInt32BigEndian(chunk[8..]), BinaryPrimitives.ReadInt32BigEndian(chunk[12..]), color is 4 or 6), color);
    }

    private static (uint Length, uint Type) Chunk(ReadOnlySpan<byte> chunk) =>
        (BinaryPrimitives.ReadUInt32BigEndian(chunk), BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]));

    /// <summary>The pixels: one zlib stream, cut at will into IDAT chunks, of which each may be empty (PNG 5.6).</summary>
    private sealed class Pixels
    {
        private readonly List<byte> _start = [];
        private uint _last, _beforeLast;
        private bool _ended;

        public bool HaveBegun { get; private set; }

        public int BytesWanted => 2 - _start.Count;

        public void Add(ReadOnlySpan<byte> start, uint length)
        {
            HaveBegun = true;
            (_beforeLast, _last) = (_last, length);
            if (BytesWanted == 0)
                return;
            _start.AddRange(start);
            if (_start is [var method, var check] && ((method & 0x0F) != 8 || ((method << 8) | check) % 31 != 0))
                throw new InvalidDataException("its pixels are not compressed as PNG is");
        }

        public void End() => _ended = BytesWanted == 0 ? true : throw new InvalidDataException("it holds no pixels");

        // Decoders do without the end chunk. Programs write chunks of one length and a shorter last one: that is how one sees that none is
        // missing.
        public bool AreWhole(bool atEnd) => _ended || (atEnd && BytesWanted == 0 && _last != _beforeLast);
    }
}
