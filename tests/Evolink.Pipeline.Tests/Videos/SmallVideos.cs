namespace Evolink.Pipeline.Tests.Videos;

/// <summary>Real videos of a few kilobytes, made by <c>Files/make-files.sh</c>.</summary>
internal static class SmallVideos
{
    public static byte[] Read(string name)
    {
        using Stream stream = typeof(SmallVideos).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {name}.");
        byte[] video = new byte[stream.Length];
        stream.ReadExactly(video);
        return video;
    }
}
