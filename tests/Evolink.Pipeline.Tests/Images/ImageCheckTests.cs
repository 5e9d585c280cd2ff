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

    [Theory]
    [InlineData("segments")]
    [InlineData("far segments")]
    [InlineData("fill bytes")]
    [InlineData("chunks")]
    public async Task Of_a_file_whose_header_never_ends_64_KB_are_read(string kind)
    {
        FilePeek peek = new(kind switch
        {
            "segments" => TestImages.Endless([0xFF, 0xD8], [0xFF, 0xE1, 0, 2]),
            "far segments" => TestImages.Endless([0xFF, 0xD8], [0xFF, 0xE1, 0x08, 0, .. new byte[0x7FE]]),
            "fill bytes" => TestImages.Endless([0xFF, 0xD8], [0xFF]),
            _ => TestImages.Endless(TestImages.Png(640, 480)[..33], [0, 0, 0, 0, .. "teXt"u8, 0, 0, 0, 0]),
        });
        Assert.Contains("64 KB", (await ImageCheck.CheckAsync(peek, CancellationToken.None)).Problem, StringComparison.Ordinal);
        Assert.InRange(peek.Fetched, FilePeek.Budget - 8192, FilePeek.Budget);
    }

    [Fact]
    public async Task A_photo_with_megabytes_before_its_frame_is_read_in_a_few_pieces()
    {
        byte[] image = TestImages.Jpeg(640, 480, fillers: 60);
        FilePeek peek = new(image);
        Assert.Null((await ImageCheck.CheckAsync(peek, CancellationToken.None)).Problem);
        Assert.InRange(peek.Fetched, 1, FilePeek.Budget);
        Assert.True(image.Length > 3_000_000);
    }

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
