namespace RegistryGaps.Tests;

/// <summary>Packing happens by itself, once.</summary>
public sealed class PackingTests
{
    private static readonly string Stamp = Path.Combine(Repository.Feed, "packed");

    [Fact]
    public async Task A_second_restore_packs_nothing()
    {
        DateTime packed = File.GetLastWriteTimeUtc(Stamp);

        (int exitCode, string output) = await Dotnet.RunAsync(
            Repository.Root, "msbuild", "src/Evolink.Client/Evolink.Client.csproj", "-t:PackStandIns", "-v:normal", "-tl:off");

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("Packed the stand-ins", output, StringComparison.Ordinal);
        Assert.Equal(packed, File.GetLastWriteTimeUtc(Stamp));
    }

    [Fact]
    public async Task A_changed_stand_in_is_packed_as_a_new_version_once_by_two_builds_at_once()
    {
        using TemporaryFolder clone = new();
        CopyTo(clone);
        clone.Write("stand-ins/Microsoft.Azure.Functions.Worker.Sdk/Change.cs", "// Another version.");
        clone.Write("Pack.proj", "<Project><Import Project=\"StandIns.targets\" /></Project>");

        (int ExitCode, string Output)[] builds = await Task.WhenAll(Enumerable.Range(0, 2)
            .Select(_ => Dotnet.RunAsync(clone.Path, "msbuild", "Pack.proj", "-t:PackStandIns", "-v:normal", "-tl:off")));

        Assert.All(builds, build => Assert.True(build.ExitCode == 0, build.Output));
        Assert.Single(builds, build => build.Output.Contains("Packed the stand-ins", StringComparison.Ordinal));
        Assert.NotEqual(Versions(Repository.Feed), Versions(Path.Combine(clone.Path, "feed")));
        Assert.Equal(Versions(Repository.Feed).Count, Versions(Path.Combine(clone.Path, "feed")).Count);
    }

    private static List<string> Versions(string feed) => [.. Directory.GetDirectories(feed)
        .SelectMany(Directory.GetDirectories)
        .Select(version => Path.GetRelativePath(feed, version))
        .Order(StringComparer.Ordinal)];

    /// <summary>As a developer's folder is, packed once already.</summary>
    private static void CopyTo(TemporaryFolder clone)
    {
        foreach (string file in Directory.GetFiles(Repository.RegistryGaps, "*", SearchOption.AllDirectories))
        {
            string name = Path.GetRelativePath(Repository.RegistryGaps, file);
            if (name.StartsWith("obj", StringComparison.Ordinal))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(clone.Path, name))!);
            File.Copy(file, Path.Combine(clone.Path, name));
        }
    }
}
