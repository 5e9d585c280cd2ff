namespace Evolink.LocalHost.Cli;

/// <summary>samples/cat.png, inside the program.</summary>
internal static class SampleImage
{
    public const string ContentType = "image/png";

    public static byte[] Read()
    {
        using Stream stream = typeof(SampleImage).Assembly.GetManifestResourceStream("cat.png")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
