using System.Diagnostics;

namespace Evolink.Client.Tests.Packaging;

/// <summary>The package, packed once, under a version that no other run has.</summary>
public sealed class PackageFixture : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    /// <summary>Where the package is; programs may be made beside it.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("evolink-package-").FullName;

    /// <summary>Its version.</summary>
    public string Version { get; } = $"0.1.0-test.{Guid.NewGuid():N}";

    public async ValueTask InitializeAsync() => await RunAsync(
        Clone.Root, "dotnet", "pack", "src/Evolink.Client", "-c", "Release", "-o", Folder, $"-p:Version={Version}",
        // Nothing of it meets the builds of others; the analyzers have seen this code.
        "--artifacts-path", Path.Combine(Folder, "artifacts"), "--disable-build-servers", "-p:RunAnalyzersDuringBuild=false", "-warnaserror");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string restored = Path.Combine(packages, "evolink.client", Version);
        if (Directory.Exists(restored))
            Directory.Delete(restored, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs a program to its end, and returns what it said.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource late = new(Patience, TimeProvider.System);
        await using CancellationTokenRegistration killing = late.Token.Register(() => process.Kill(entireProcessTree: true));
        string[] said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {said[0]}{said[1]}");
        return said[0];
    }
}
