using Evolink.Pipeline.Images;
using SkiaSharp;

namespace Evolink.LocalHost.Cli;

/// <summary>Makes a picture fit what Evolink takes, for <c>--fit</c>: scaled down, upright, flattened onto white, as a JPEG.</summary>
/// <param name="File">The picture as it is sent.</param>
/// <param name="Changes">In words, what was changed of the file.</param>
internal sealed record PictureFit(byte[] File, string Changes)
{
    /// <summary>Largest file that is looked at, in bytes.</summary>
    public const int MaxBytes = 200 << 20;

    // 800 MB of pixels.
    private const long MostPixels = 200_000_000;

    private static readonly int[] Qualities = [92, 80, 60];

    /// <summary>
    /// The fitted picture. <see langword="null"/> where the file is none that can be read as a whole, or is too small or too narrow:
    /// nothing is scaled up, and the rest of one that is cut is not made up. The same file always becomes the same bytes.
    /// </summary>
    public static PictureFit? Make(byte[] file)
    {
        using SKData data = SKData.CreateCopy(file);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height > MostPixels)
            return null;
        using SKBitmap bitmap = new(new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        if (codec.GetPixels(bitmap.Info, bitmap.GetPixels()) != SKCodecResult.Success)
            return null;
        bool isTurned = codec.EncodedOrigin >= SKEncodedOrigin.LeftTop;
        (int width, int height) = isTurned ? (bitmap.Height, bitmap.Width) : (bitmap.Width, bitmap.Height);
        double scale = Math.Min(1, (double)ImageCheck.MaxSide / Math.Max(width, height));
        SKSizeI size = new((int)Math.Round(width * scale), (int)Math.Round(height * scale));
        byte[] fitted = Draw(bitmap, codec.EncodedOrigin, size);
        if (ImageCheck.Check(fitted).Problem is not null)
            return null;
        string scaled = scale < 1 ? $"scaled from {width} x {height} to {size.Width} x {size.Height} pixels" : "";
        string flat = codec.Info.AlphaType != SKAlphaType.Opaque ? "put on white where it was transparent" : "";
        string changes = string.Join(" and ", new[] { scaled, flat }.Where(change => change.Length > 0));
        return new PictureFit(fitted, changes.Length > 0 ? changes : "saved as a JPEG");
    }

    private static byte[] Draw(SKBitmap bitmap, SKEncodedOrigin origin, SKSizeI size)
    {
        using SKSurface surface = SKSurface.Create(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
        SKCanvas canvas = surface.Canvas;
        canvas.Clear(SKColors.White);
        SKMatrix upright = Upright(origin, bitmap.Width, bitmap.Height);
        SKRect bounds = upright.MapRect(new SKRect(0, 0, bitmap.Width, bitmap.Height));
        canvas.Scale(size.Width / bounds.Width, size.Height / bounds.Height);
        canvas.Concat(upright);
        using SKImage picture = SKImage.FromBitmap(bitmap);
        // Mipmaps: a picture that is scaled to a tenth would flicker otherwise.
        canvas.DrawImage(picture, 0, 0, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKImage drawn = surface.Snapshot();
        byte[] file = [];
        foreach (int quality in Qualities)
        {
            using SKData encoded = drawn.Encode(SKEncodedImageFormat.Jpeg, quality);
            file = encoded.ToArray();
            if (file.Length <= ImageCheck.MaxBytes)
                break;
        }

        return file;
    }

    // How cameras note the way they were held: EXIF 2.3, tag 0x0112.
    private static SKMatrix Upright(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => Matrix(-1, 0, width, 0, 1, 0),
        SKEncodedOrigin.BottomRight => Matrix(-1, 0, width, 0, -1, height),
        SKEncodedOrigin.BottomLeft => Matrix(1, 0, 0, 0, -1, height),
        SKEncodedOrigin.LeftTop => Matrix(0, 1, 0, 1, 0, 0),
        SKEncodedOrigin.RightTop => Matrix(0, -1, height, 1, 0, 0),
        SKEncodedOrigin.RightBottom => Matrix(0, -1, height, -1, 0, width),
        SKEncodedOrigin.LeftBottom => Matrix(0, 1, 0, -1, 0, width),
        _ => SKMatrix.Identity,
    };

    private static SKMatrix Matrix(float scaleX, float skewX, float x, float skewY, float scaleY, float y) =>
        new(scaleX, skewX, x, skewY, scaleY, y, 0, 0, 1);
}
