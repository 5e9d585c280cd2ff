using System.Buffers.Binary;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Images;

public sealed class ImageCheckTests
{
    public static TheoryData<string, byte[]> Good => new()
    {
        { "png", TestImages.Png(640, 480) },
        { "png", TestImages.Png(360, 2000, TestImages.Palette) },
        { "jpeg", TestImages.Jpeg(640, 480) },
        { "jpeg", TestImages.Jpeg(2000, 360, fillerBytes: 60_000) },
        { "bmp", TestImages.Bmp(640, 480) },
        { "bmp", TestImages.Bmp(640, -480) },
        { "webp", TestImages.WebP(640, 480) },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void What_evolink_takes_is_recognised_by_its_content(string kind, byte[] image)
    {
        ImageVerdict verdict = ImageCheck.Check(image);
        Assert.Null(verdict.Problem);
        Assert.Equal(kind, verdict.Kind!.Name);
    }

    [Theory]
    [InlineData(359, 480)]
    [InlineData(640, 359)]
    [InlineData(2001, 480)]
    [InlineData(640, 2001)]
    [InlineData(0, 0)]
    public void Sides_outside_of_360_to_2000_are_refused_in_every_kind(int width, int height)
    {
        Assert.NotNull(ImageCheck.Check(TestImages.Png(width, height)).Problem);
        Assert.NotNull(ImageCheck.Check(TestImages.Jpeg(width, height)).Problem);
        Assert.NotNull(ImageCheck.Check(TestImages.Bmp(width, height)).Problem);
        Assert.NotNull(ImageCheck.Check(TestImages.WebP(width, height)).Problem);
    }

    public static TheoryData<byte[]> Transparent =>
    [
        TestImages.Png(640, 480, TestImages.Rgba),
        TestImages.Png(640, 480, TestImages.GreyAlpha),
        TestImages.Png(640, 480, TestImages.Palette, ("PLTE", new byte[3]), ("tRNS", new byte[1])),
    ];

    [Theory]
    [MemberData(nameof(Transparent))]
    public void A_transparent_png_is_refused(byte[] image) =>
        Assert.Contains("transparent", ImageCheck.Check(image).Problem, StringComparison.Ordinal);

    [Fact]
    public void An_image_over_10_MB_is_refused() => Assert.Contains("10 MB", ImageCheck.Check(new byte[(10 << 20) + 1]).Problem, StringComparison.Ordinal);

    public static TheoryData<byte[]> NoImages => new(
        (byte[][])
        [
        [], [0], "GIF89a and so on"u8.ToArray(), "<html>"u8.ToArray(), "%PDF-1.7"u8.ToArray(), TestImages.Png(640, 480)[..20], TestImages.Jpeg(640, 480)[..21],
        TestImages.WebP(640, 480)[..12], "BM"u8.ToArray(), [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A],
        ]);

    [Theory]
    [MemberData(nameof(NoImages))]
    public void What_is_no_whole_image_is_refused(byte[] image) => Assert.NotNull(ImageCheck.Check(image).Problem);

    [Fact]
    public void A_length_that_lies_allocates_nothing()
    {
        byte[] png = TestImages.Png(640, 480);
        // The length of the header chunk says 2 GB.
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(8), int.MaxValue);
        byte[] webp = TestImages.WebP(640, 480);
        BinaryPrimitives.WriteInt32LittleEndian(webp.AsSpan(16), int.MaxValue);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.NotNull(ImageCheck.Check(png).Problem);
        Assert.NotNull(ImageCheck.Check(webp).Problem);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    public static TheoryData<string> Names => new(TestPictures.All.Select(picture => picture.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_decoders_read_is_taken_and_what_is_broken_refused_in_memory_and_from_afar(string name)
    {
        (_, byte[] file, bool usable) = TestPictures.All.Single(picture => picture.Name == name);
        ImageVerdict verdict = ImageCheck.Check(file);
        Assert.True(usable == (verdict.Problem is null), verdict.Problem ?? "It was taken.");
        Assert.Equal(verdict, await ImageCheck.CheckAsync(Afar(file), CancellationToken.None));
    }

    [Fact]
    public void No_file_that_ends_early_passes()
    {
        (int Least, byte[] File)[] files =
        [
            (0, TestImages.Jpeg(640, 480)), (0, TestImages.Bmp(640, 480, 8)), (0, TestImages.WebP(640, 480)), (0, TestImages.WebPLossless(640, 480)),
            // Of the end chunk nothing is needed.
            (12, TestImages.Png(640, 480)),
        ];
        foreach ((int least, byte[] file) in files)
        {
            int[] lengths =
            [
                .. Enumerable.Range(0, Math.Min(file.Length - least, 1500)),
                .. Enumerable.Range(1, 200).Select(missing => file.Length - least - missing).Where(length => length >= 0),
            ];
            Assert.All(lengths, length => Assert.NotNull(ImageCheck.Check(file[..length]).Problem));
        }
    }

    public static TheoryData<string, byte[]> Others => new()
    {
        { "multipart/form-data", "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n"u8.ToArray() },
        { "gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] },
        { "base64", System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(TestImages.Jpeg(640, 480))) },
        { "base64", System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(TestImages.Png(640, 480), Base64FormattingOptions.InsertLineBreaks)) },
        { "data: URL", "data:image/png;base64,iVBORw0KGgo="u8.ToArray() },
        { "JSON", """ {"image":"https://example.com/cat.png"}"""u8.ToArray() },
        { "JSON", [0xEF, 0xBB, 0xBF, .. "{}"u8] },
        { "HEIC", [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8] },
        { "HEIC", [0, 0, 0, 24, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1heic"u8] },
        { "AVIF", [0, 0, 0, 24, .. "ftypavif"u8, 0, 0, 0, 0, .. "mif1avif"u8] },
        { "GIF", "GIF89a"u8.ToArray() },
        { "TIFF", [.. "II"u8, 42, 0, 8, 0, 0, 0] },
        { "zip", TestImages.ZipBomb() },
        { "link", "https://example.com/cat.png"u8.ToArray() },
        { "form", "file=cat.png"u8.ToArray() },
        { "line breaks", TestPictures.WithoutLineBreaks(TestImages.Png(640, 480)) },
        { "curl --data-binary", TestPictures.WithoutLineBreaks(TestImages.Jpeg(640, 480)) },
        { "text", [0xEF, 0xBF, 0xBD, 0xEF, 0xBF, 0xBD, .. "JFIF"u8] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_came_in_place_of_an_image_is_named(string name, byte[] file) =>
        Assert.Contains(name, ImageCheck.Check(file).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("segments")]
    [InlineData("far segments")]
    [InlineData("fill bytes")]
    [InlineData("chunks")]
    [InlineData("scan without an end")]
    public async Task A_file_whose_header_never_ends_costs_few_requests(string kind)
    {
        FilePeek peek = Afar(kind switch
        {
            "segments" => TestImages.Endless([0xFF, 0xD8], [0xFF, 0xE1, 0, 2]),
            "far segments" => TestImages.Endless([0xFF, 0xD8], [0xFF, 0xE1, 0x08, 0, .. new byte[0x7FE]]),
            "fill bytes" => TestImages.Endless([0xFF, 0xD8], [0xFF]),
            "scan without an end" => TestImages.Endless(TestImages.Jpeg(640, 480)[..^2], [0xFF, 0x00]),
            _ => TestImages.Endless(TestImages.Png(640, 480)[..33], [0, 0, 0, 0, .. "teXt"u8, 0, 0, 0, 0]),
        });
        Assert.NotNull((await ImageCheck.CheckAsync(peek, CancellationToken.None)).Problem);
        Assert.InRange(peek.Requests, 1, FilePeek.MostRequests);
    }

    [Fact]
    public async Task A_photo_of_3_MB_costs_its_first_8_KB_a_piece_or_two_and_its_end()
    {
        FilePeek peek = Afar([.. TestImages.Jpeg(640, 480, fillerBytes: 20_000)[..^2], .. new byte[3_000_000], 0xFF, 0xD9]);
        Assert.Null((await ImageCheck.CheckAsync(peek, CancellationToken.None)).Problem);
        Assert.InRange(peek.Requests, 2, 4);
    }

    private static FilePeek Afar(byte[] file) => new(file.Length, (offset, buffer, _) =>
    {
        file.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        return ValueTask.CompletedTask;
    });

    public static TheoryData<byte[]> LyingHeaders => new(
        (byte[][])
        [
            TestImages.Changed(TestImages.Png(640, 480), 16, 1),     // a width that its checksum does not know
            TestImages.Png(640, 480, colorType: 7),                  // a colour type that does not exist
            TestImages.Changed(TestImages.Png(640, 480), 11, 200),   // a header chunk of another length
            TestImages.Png(640, 480)[..33],                          // nothing after the header
            TestImages.Changed(TestImages.Png(640, 480), 41, 0x50),  // pixels that are not what PNG holds
        ]);

    [Theory]
    [MemberData(nameof(LyingHeaders))]
    public void A_png_with_a_lying_header_is_refused(byte[] image) =>
        Assert.Contains("damaged", ImageCheck.Check(image).Problem, StringComparison.Ordinal);

    [Fact]
    public void Every_kind_of_webp_tells_its_size()
    {
        Assert.Equal((700, 500), Size(TestImages.WebPExtended(700, 500)));
        Assert.Equal((700, 500), Size(TestImages.WebPLossless(700, 500)));
        Assert.Equal((640, 480), Size(TestImages.WebP(640, 480)));
    }

    private static (int Width, int Height) Size(byte[] image) => ImageCheck.Check(image) is { Problem: null } verdict ? (verdict.Width, verdict.Height) : default;

    [Fact]
    public void No_mutation_of_an_image_does_more_than_be_refused_or_pass()
    {
        Random random = new(1);
        byte[][] images = [TestImages.Png(400, 400), TestImages.Jpeg(640, 480, 500), TestImages.Bmp(640, 480), TestImages.WebP(640, 480)];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] image = [.. images[i % images.Length].Take(2000)];
            for (int flips = random.Next(1, 8); flips > 0; flips--)
                image[random.Next(Math.Min(image.Length, 200))] = (byte)random.Next(256);
            ImageCheck.Check(image);
        }
    }
}
