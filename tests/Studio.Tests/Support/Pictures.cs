using Evolink.Testing;

namespace Studio.Tests.Support;

internal static class Pictures
{
    /// <summary>The sample image.</summary>
    public static byte[] Cat { get; } = File.ReadAllBytes(Path.Combine(Clone.Root, "samples", "cat.png"));
}
