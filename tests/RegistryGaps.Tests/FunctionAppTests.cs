namespace RegistryGaps.Tests;

/// <summary>What a build of the function app says about stand-ins.</summary>
public sealed class FunctionAppTests
{
    [Fact]
    public async Task Publishing_the_app_on_stand_ins_fails_before_anything_is_published()
    {
        Assert.SkipUnless(Repository.UsesStandIns, Repository.RealPackages);
        using TemporaryFolder folder = new();
        string target = Path.Combine(folder.Path, "published");

        (int exitCode, string output) = await RunAsync("-t:Publish", "-p:NoBuild=true", $"-p:PublishDir={target}/");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error EVOLINKGAP002", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(target));
    }

    [Fact]
    public async Task Packing_the_app_on_stand_ins_fails_too()
    {
        Assert.SkipUnless(Repository.UsesStandIns, Repository.RealPackages);
        using TemporaryFolder folder = new();

        (int exitCode, string output) = await RunAsync(
            "-t:Pack", "-p:NoBuild=true", "-p:IsPackable=true", $"-p:PackageOutputPath={folder.Path}");

        Assert.NotEqual(0, exitCode);
        Assert.Contains("error EVOLINKGAP002", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_build_says_in_one_line_that_stand_ins_are_in_use()
    {
        Assert.SkipUnless(Repository.UsesStandIns, Repository.RealPackages);

        (int exitCode, string output) = await RunAsync("-t:BeforeBuild");

        Assert.True(exitCode == 0, output);
        string line = Assert.Single(output.Split('\n'), line => line.Contains("stand-ins", StringComparison.Ordinal));
        Assert.Contains("eng/registry-gaps/README.md", line, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", output, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => Dotnet.RunAsync(
        Repository.Root, ["msbuild", "src/Evolink.Functions/Evolink.Functions.csproj", "-restore", "-nologo", "-v:minimal", "-tl:off", .. arguments]);
}
