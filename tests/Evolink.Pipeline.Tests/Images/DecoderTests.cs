using Evolink.Pipeline.Images;
using Evolink.Pipeline.Tests.Support;
using SkiaSharp;

namespace Evolink.Pipeline.Tests.Images;

/// <summary>
/// The check, which looks at bounds alone, against Chromium's decoder: what is taken decodes to its last pixel, what is refused does not.
/// </summary>
public sealed class DecoderTests
{
    private const int Width = 640, Height = 480;

    // Chromium reads these, and other programs do not.
    private static readonly string[] Strange = ["bmp with an OS/2 header of 16 bytes", "bmp with a jpeg in it", "jpeg with a scan of nothing"];

    [Fact]
    public void Of_every_picture_the_check_says_what_the_decoder_says()
    {
        // The webp ones are headers without a picture behind them; real ones are below.
        foreach ((string name, byte[] file, bool usable) in TestPictures.All.Where(picture => !picture.Name.StartsWith("webp", StringComparison.Ordinal)))
        {
            bool isOfOtherMeasures = ImageCheck.Check(file).Problem is { } problem
                && new[] { "each side", "transparent", "10 MB" }.Any(words => problem.Contains(words, StringComparison.Ordinal));
            Assert.True(Decodes(file) == (usable || isOfOtherMeasures || Strange.Contains(name)), name);
        }
    }

    // The last bytes are no pixels: checksums and the end chunk of png, padding of webp. There the decoder may be content with less.
    [Theory]
    [InlineData("jpeg", 0)]
    [InlineData("jpeg of full colour", 0)]
    [InlineData("png", 25)]
    [InlineData("webp", 4)]
    [InlineData("lossless webp", 4)]
    [InlineData("bmp", 0)]
    [InlineData("bmp of 8 bits", 0)]
    public void Wherever_a_file_is_cut_the_check_says_what_the_decoder_says(string kind, int trailer)
    {
        byte[] file = Encode(kind);
        Assert.True(Decodes(file));
        Assert.Null(ImageCheck.Check(file).Problem);
        Random random = new(19);
        IEnumerable<int> cuts = Enumerable.Range(1, 60).Concat(Enumerable.Range(0, 140).Select(_ => random.Next(1, file.Length)));
        foreach (int cut in cuts.Where(cut => cut > trailer))
        {
            byte[] rest = file[..^cut];
            Assert.True(ImageCheck.Check(rest).Problem is not null, $"{cut} bytes are missing, and it was taken.");
            Assert.False(Decodes(rest), $"{cut} bytes are missing, and it was decoded.");
        }
    }

    private static byte[] Encode(string kind)
    {
        if (kind.StartsWith("bmp", StringComparison.Ordinal))
            return TestImages.Bmp(Width, Height, kind == "bmp" ? 24 : 8);
        using SKBitmap picture = new(new SKImageInfo(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        Random random = new(7);
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < Width; x++)
                picture.SetPixel(x, y, new SKColor((byte)((x / 3) + random.Next(8)), (byte)(y / 2), (byte)((x ^ y) + random.Next(3)), 255));
        }

        using SKPixmap pixels = picture.PeekPixels();
        using SKData? data = kind switch
        {
            "jpeg" => pixels.Encode(new SKJpegEncoderOptions(80, SKJpegEncoderDownsample.Downsample420, SKJpegEncoderAlphaOption.Ignore)),
            "jpeg of full colour" => pixels.Encode(new SKJpegEncoderOptions(95, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore)),
            "png" => pixels.Encode(SKPngEncoderOptions.Default),
            "webp" => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, 80)),
            _ => pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 80)),
        };
        return data!.ToArray();
    }

    private static bool Decodes(byte[] file)
    {
        using SKCodec? codec = SKCodec.Create(new MemoryStream(file));
        if (codec is null || codec.Info.Width > 4000 || codec.Info.Height > 4000)
            return false;
        using SKBitmap pixels = new(codec.Info);
        return codec.GetPixels(pixels.Info, pixels.GetPixels()) == SKCodecResult.Success;
    }
}
