namespace Evolink.Pipeline.Tests.Support;

/// <summary>A hundred pictures, whole ones and broken ones, each with whether decoders read it: one folder for every way in.</summary>
internal static class TestPictures
{
    private const int Width = 640, Height = 480;

    /// <summary>All of them, each by its name.</summary>
    public static IReadOnlyList<(string Name, byte[] File, bool Usable)> All { get; } =
    [
        .. Good().Select(picture => (picture.Name, picture.File, true)),
        .. Bad().Select(picture => (picture.Name, picture.File, false)),
        .. Cut().Select(picture => (picture.Name, picture.File, false)),
        .. NoPictures().Select(picture => (picture.Name, picture.File, false)),
    ];

    private static IEnumerable<(string Name, byte[] File)> Good()
    {
        byte[] jpeg = TestImages.Jpeg(Width, Height), png = TestImages.Png(Width, Height);
        yield return ("jpeg", jpeg);
        yield return ("jpeg, 2000 x 360", TestImages.Jpeg(2000, 360, fillerBytes: 60_000));
        yield return ("jpeg with one stray byte", TestImages.Jpeg(Width, Height, stray: [7]));
        yield return ("jpeg with text between segments", TestImages.Jpeg(Width, Height, stray: [.. "stray text of a broken editor"u8]));
        yield return ("jpeg with FF00 between segments", TestImages.Jpeg(Width, Height, stray: [0xFF, 0x00, 0xFF, 0x00]));
        yield return ("jpeg with fill bytes", TestImages.Jpeg(Width, Height, stray: [.. Enumerable.Repeat((byte)0xFF, 300)]));
        yield return ("jpeg with a restart marker before its frame", TestImages.Jpeg(Width, Height, stray: [0xFF, 0xD3]));
        yield return ("jpeg with 130 segments of 700 bytes", Jpeg(130, 700));
        yield return ("jpeg with 3,000 segments of 2 KB", Jpeg(3000, 2000));
        yield return ("jpeg with megabytes before its frame", TestImages.Jpeg(Width, Height, fillers: 60));
        yield return ("jpeg with zeros after its end", [.. jpeg, .. new byte[5000]]);
        yield return ("jpeg with a line break after its end", [.. jpeg, 0x0D, 0x0A]);
        yield return ("jpeg with a film after its end", [.. jpeg, 0, 0, 0, 24, .. "ftypmp42"u8, .. new byte[100_000], 1]);
        yield return ("jpeg with a second jpeg after its end that is cut", [.. jpeg, .. jpeg[..^500]]);
        yield return ("png", png);
        yield return ("png, 360 x 2000, palette", TestImages.Png(360, 2000, TestImages.Palette));
        yield return ("png, grey", TestImages.Png(Width, Height, 0));
        yield return ("png with an empty first IDAT", TestImages.PngInPieces(Width, Height, 0));
        yield return ("png with a first IDAT of one byte", TestImages.PngInPieces(Width, Height, 1));
        yield return ("png with empty and tiny IDATs", TestImages.PngInPieces(Width, Height, 0, 1, 0, 1, 0, 3));
        yield return ("png with many IDATs", TestImages.PngInPieces(Width, Height, [.. Enumerable.Repeat(10, 100)]));
        yield return ("png with 300 texts of 1 KB", TestImages.Png(Width, Height, chunks: [.. Enumerable.Repeat(("tEXt", new byte[1000]), 300)]));
        yield return ("png with an empty tRNS", TestImages.Png(Width, Height, TestImages.Palette, ("PLTE", new byte[3]), ("tRNS", [])));
        yield return ("png with a text after its end", [.. png, .. "a trailer"u8]);
        yield return ("png without its end chunk", png[..^12]);
        yield return ("png cut within its end chunk", png[..^5]);
        yield return ("bmp", TestImages.Bmp(Width, Height));
        yield return ("bmp from top to bottom", TestImages.Bmp(Width, -Height));
        foreach (int bits in new[] { 1, 4, 8, 16, 32 })
            yield return ($"bmp of {bits} bits", TestImages.Bmp(Width, Height, bits));
        foreach (int header in new[] { 12, 52, 56, 64, 108, 124 })
            yield return ($"bmp with a header of {header} bytes", TestImages.Bmp(Width, Height, headerSize: header));
        yield return ("bmp with bit fields", TestImages.Bmp(Width, Height, 16, compression: 3, headerSize: 56));
        yield return ("bmp in RLE8", [.. TestImages.Bmp(Width, Height, 8, compression: 1)[..2200], 0, 1]);
        yield return ("bmp with bytes after its rows", [.. TestImages.Bmp(Width, Height), .. new byte[7]]);
        yield return ("webp, lossy", TestImages.WebP(Width, Height));
        yield return ("webp, lossless", TestImages.WebPLossless(Width, Height));
        yield return ("webp, extended", TestImages.WebPExtended(Width, Height));
        yield return ("webp with bytes after its end", [.. TestImages.WebP(Width, Height), .. new byte[100]]);
    }

    private static IEnumerable<(string Name, byte[] File)> Bad()
    {
        foreach ((int width, int height) in new[] { (359, 480), (640, 359), (2001, 480), (640, 2001) })
        {
            yield return ($"jpeg, {width} x {height}", TestImages.Jpeg(width, height));
            yield return ($"png, {width} x {height}", TestImages.Png(width, height));
            yield return ($"bmp, {width} x {height}", TestImages.Bmp(width, height));
            yield return ($"webp, {width} x {height}", TestImages.WebP(width, height));
        }

        yield return ("png with alpha", TestImages.Png(Width, Height, TestImages.Rgba));
        yield return ("png, grey with alpha", TestImages.Png(Width, Height, TestImages.GreyAlpha));
        yield return ("png with a transparent colour", TestImages.Png(Width, Height, TestImages.Palette, ("PLTE", new byte[3]), ("tRNS", new byte[1])));
        yield return ("png with a wrong checksum", TestImages.Changed(TestImages.Png(Width, Height), 16, 1));
        yield return ("png of a colour type that there is not", TestImages.Png(Width, Height, 7));
        yield return ("png without pixels", [.. TestImages.Png(Width, Height)[..33], .. TestImages.PngEnd]);
        yield return ("jpeg without a scan", [.. Before(TestImages.Jpeg(Width, Height), 0xDA), 0xFF, 0xD9]);
        yield return ("jpeg with a scan of nothing", [.. Before(TestImages.Jpeg(Width, Height), 0xDA), 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9]);
        yield return ("jpeg without a frame", [.. Before(TestImages.Jpeg(Width, Height), 0xC0), 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, .. new byte[2000], 0xFF, 0xD9]);
        yield return ("bmp without the padding of its last row", TestImages.Bmp(641, Height)[..^1]);
        yield return ("bmp of 77 bits", TestImages.Bmp(Width, Height, 77));
        yield return ("bmp with a jpeg in it", TestImages.Bmp(Width, Height, 24, compression: 4));
        yield return ("bmp with an OS/2 header of 16 bytes", TestImages.Bmp(Width, Height, headerSize: 16));
        yield return ("webp, extended, without pixels", TestImages.WebPExtended(Width, Height, withPixels: false));
        yield return ("more than 10 MB", [.. TestImages.Png(Width, Height), .. new byte[10 << 20]]);
    }

    private static IEnumerable<(string Name, byte[] File)> Cut()
    {
        (string Kind, byte[] File)[] whole =
        [
            ("jpeg", TestImages.Jpeg(Width, Height)), ("png", TestImages.Png(Width, Height)), ("bmp", TestImages.Bmp(Width, Height)),
            ("webp", TestImages.WebP(Width, Height)), ("webp, extended", TestImages.WebPExtended(Width, Height)), ("bmp of 8 bits", TestImages.Bmp(Width, Height, 8)),
        ];
        foreach ((string kind, byte[] file) in whole)
        {
            foreach (int percent in new[] { 10, 50, 60, 95 })
                yield return ($"{kind}, its first {percent} %", file[..(file.Length * percent / 100)]);
        }

        yield return ("jpeg without its end marker", TestImages.Jpeg(Width, Height)[..^2]);
        yield return ("png cut between two IDATs", TestImages.PngInPieces(Width, Height, 100, 100, 100)[..(33 + 112 + 112)]);
        yield return ("bmp, its headers", TestImages.Bmp(Width, Height)[..54]);
        yield return ("bmp of 28 bytes", TestImages.Bmp(Width, Height)[..28]);
        yield return ("webp of 30 bytes", TestImages.WebPExtended(Width, Height)[..30]);
    }

    private static IEnumerable<(string Name, byte[] File)> NoPictures()
    {
        byte[] jpeg = TestImages.Jpeg(Width, Height), png = TestImages.Png(Width, Height);
        yield return ("nothing", []);
        yield return ("one byte", [0]);
        yield return ("a gif", [.. "GIF89a and so on"u8]);
        yield return ("html", [.. "<!doctype html>"u8]);
        yield return ("BM alone", [.. "BM"u8]);
        yield return ("half a RIFF", [.. "RIFF....WEB"u8]);
        yield return ("png, as curl -d sends it", WithoutLineBreaks(png));
        yield return ("jpeg, as curl -d sends it", WithoutLineBreaks(jpeg));
        yield return ("bmp, as curl -d sends it", WithoutLineBreaks(TestImages.Bmp(Width, Height)));
        yield return ("jpeg in base64", [.. Convert.ToBase64String(jpeg).Select(digit => (byte)digit)]);
    }

    /// <summary>Without line breaks and zeros, as <c>curl -d @file</c> sends it.</summary>
    public static byte[] WithoutLineBreaks(byte[] file) => [.. file.Where(value => value is not (0x00 or 0x0A or 0x0D))];

    private static byte[] Jpeg(int segments, int length)
    {
        byte[] filler = [0xFF, 0xED, (byte)((length + 2) >> 8), (byte)(length + 2), .. new byte[length]];
        return TestImages.Jpeg(Width, Height, stray: [.. Enumerable.Repeat(filler, segments).SelectMany(bytes => bytes)]);
    }

    private static byte[] Before(byte[] jpeg, byte marker) => jpeg[..jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, marker])];
}
