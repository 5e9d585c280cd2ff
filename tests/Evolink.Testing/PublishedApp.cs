using System.Diagnostics;

namespace Evolink.Testing;

/// <summary>The function app as it is deployed, published once for all tests of a process.</summary>
public static class PublishedApp
{
    private static readonly Lazy<Task<string>> Published = new(PublishAsync);

    /// <summary>The folder of the published app. The first call publishes it, which takes a minute on a fresh clone.</summary>
    public static Task<string> FolderAsync() => Published.Value;

    private static async Task<string> PublishAsync()
    {
        // Below the app's own bin, and with an obj of its own: others may be building the app at this moment.
        string artifacts = Path.Combine(Clone.Root, "src", "Evolink.Functions", "bin", "package");
        string folder = Path.Combine(artifacts, "app");
        Directory.CreateDirectory(artifacts);
        await using FileStream alone = await LockAsync(Path.Combine(artifacts, "lock"));
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true); // nothing of an older one is taken for its content
        ProcessStartInfo start = new("dotnet")
        {
            ArgumentList =
            {
                "publish", "src/Evolink.Functions", "-c", "Release", "-r", "linux-x64", "-o", folder, "--artifacts-path", artifacts,
                "--disable-build-servers",
                "-p:RunAnalyzersDuringBuild=false", // they have seen this code
            },
            WorkingDirectory = Clone.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process publish = Process.Start(start)!;
        string output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        Assert.True(publish.ExitCode == 0, output);
        return folder;
    }

    /// <summary>Tests of several projects run at once.</summary>
    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            }
        }
    }
}
