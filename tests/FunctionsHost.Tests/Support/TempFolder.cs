namespace FunctionsHost.Tests.Support;

/// <summary>A folder by which a test and an activity talk, or that a host keeps its state in.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("functionshost-").FullName;

    public string Write(string name, string content = "")
    {
        string file = System.IO.Path.Combine(Path, name);
        File.WriteAllText(file, content);
        return file;
    }

    /// <summary>What is in a file, as soon as there is one.</summary>
    public Task<string> WaitForAsync(string name) => Eventually.GetAsync(async () =>
    {
        string file = System.IO.Path.Combine(Path, name);
        return File.Exists(file) && await File.ReadAllTextAsync(file) is { Length: > 0 } text ? text : null;
    });

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
