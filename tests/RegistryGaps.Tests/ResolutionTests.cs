using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;

namespace RegistryGaps.Tests;

/// <summary>Which package NuGet takes, asked of NuGet itself with the repository's own versions.</summary>
public sealed class ResolutionTests
{
    private const string Durable = "Microsoft.Azure.Functions.Worker.Extensions.DurableTask";

    private static readonly Dictionary<string, string> Pinned = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
        .Descendants("PackageVersion")
        .Select(item => (Id: item.Attribute("Include")!.Value, Version: item.Attribute("Version")!.Value))
        .Where(package => package.Id.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal))
        .ToDictionary(package => package.Id, package => package.Version);

    [Fact]
    public async Task The_real_package_wins_wherever_it_exists()
    {
        using TemporaryFolder folder = new();
        foreach ((string id, string version) in Pinned)
            WriteRealPackage(folder, id, version);

        Dictionary<string, string> resolved = await RestoreAsync(folder, "<add key=\"real\" value=\"real\" />", ownCache: true);

        Assert.All(Pinned, package => Assert.Equal(package.Value, resolved[package.Key]));
        // What the real one asks for and the registry lacks still comes from the feed.
        Assert.StartsWith("1.25.0.", resolved["Microsoft.DurableTask.Client"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stand_in_just_above_is_taken_where_the_real_package_is_missing()
    {
        Assert.SkipUnless(Repository.UsesStandIns, Repository.RealPackages);
        using TemporaryFolder folder = new();

        Dictionary<string, string> resolved = await RestoreAsync(folder, sources: "", ownCache: false);

        Assert.All(Pinned, package => Assert.Matches($@"^{package.Value}\.[1-9]\d*$", resolved[package.Key]));
    }

    [Fact]
    public void The_feed_stands_for_every_pinned_version()
    {
        Dictionary<string, string> standIns = XDocument.Load(Path.Combine(Repository.RegistryGaps, "StandIns.props"))
            .Descendants("StandIn")
            .ToDictionary(item => item.Attribute("Include")!.Value, item => item.Attribute("Version")!.Value);

        Assert.NotEmpty(Pinned);
        Assert.All(Pinned, package => Assert.Equal(package.Value, standIns[package.Key]));
    }

    private static async Task<Dictionary<string, string>> RestoreAsync(TemporaryFolder folder, string sources, bool ownCache)
    {
        folder.Write("nuget.config", $"""
            <configuration>
              {(ownCache ? "<config><add key=\"globalPackagesFolder\" value=\"cache\" /></config>" : "")}
              <packageSources><clear />{sources}</packageSources>
              <fallbackPackageFolders><clear /><add key="registry-gaps" value="{Repository.Feed}" /></fallbackPackageFolders>
            </configuration>
            """);
        folder.Write("Directory.Packages.props", $"<Project><Import Project=\"{Path.Combine(Repository.Root, "Directory.Packages.props")}\" /></Project>");
        folder.Write("App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup>{string.Concat(Pinned.Keys.Select(id => $"<PackageReference Include=\"{id}\" />"))}</ItemGroup>
            </Project>
            """);

        // The variable would override the folder of the configuration file.
        Dictionary<string, string?> environment = ownCache ? new() { ["NUGET_PACKAGES"] = null } : [];
        (int exitCode, string output) = await Dotnet.RunAsync(folder.Path, environment, "restore", "App.csproj");
        Assert.True(exitCode == 0, output);

        await using FileStream assets = File.OpenRead(Path.Combine(folder.Path, "obj", "project.assets.json"));
        using JsonDocument document = await JsonDocument.ParseAsync(assets);
        return document.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(library => library.Name.Split('/'))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private static void WriteRealPackage(TemporaryFolder folder, string id, string version)
    {
        folder.Write("real/.folder", "");
        using ZipArchive package = ZipFile.Open(Path.Combine(folder.Path, "real", $"{id}.{version}.nupkg"), ZipArchiveMode.Create);
        using StreamWriter nuspec = new(package.CreateEntry($"{id}.nuspec").Open());
        string dependency = id == Durable ? "<dependency id=\"Microsoft.DurableTask.Client\" version=\"1.25.0\" />" : "";
        nuspec.Write($"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{id}</id><version>{version}</version><authors>test</authors><description>test</description>
                <dependencies><group targetFramework="net10.0">{dependency}</group></dependencies>
              </metadata>
            </package>
            """);
    }
}
