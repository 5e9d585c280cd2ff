namespace Evolink.LocalHost.Cli;

/// <summary>An image in a file.</summary>
/// <param name="Path">The file, as it was named.</param>
/// <param name="ContentType">By its bytes.</param>
internal sealed record LocalImage(string Path, string ContentType)
{
    /// <summary>What it is called among others.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}
