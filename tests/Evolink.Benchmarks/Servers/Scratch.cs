namespace Evolink.Benchmarks.Servers;

/// <summary>A folder for the time of a measurement.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evolink-benchmark-");

    public string Journal => Path.Combine(_folder.FullName, "journal.db");

    public void Dispose() => _folder.Delete(recursive: true);
}
