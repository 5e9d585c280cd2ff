using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Xml.Linq;

namespace Evolink.Client.Tests.Packaging;

/// <summary>The package as its users get it, and the sample program made from it.</summary>
public sealed class PackageTests(PackageFixture package) : IClassFixture<PackageFixture>
{
    private static readonly string[] Frameworks = ["net8.0", "net10.0"];

    [Fact]
    public void It_holds_both_frameworks_with_their_comments_a_readme_and_what_it_needs()
    {
        using ZipArchive zip = ZipFile.OpenRead(Path.Combine(package.Folder, $"Evolink.Client.{package.Version}.nupkg"));
        string[] files = [.. zip.Entries.Select(entry => entry.FullName)];
        foreach (string framework in Frameworks)
        {
            Assert.Contains($"lib/{framework}/Evolink.Client.dll", files);
            Assert.Contains($"lib/{framework}/Evolink.Client.xml", files);
        }

        using StreamReader readme = new(zip.GetEntry("README.md")!.Open());
        Assert.Equal(File.ReadAllText(Path.Combine(Clone.Root, "docs", "client.md")), readme.ReadToEnd());
        using Stream nuspec = zip.GetEntry("Evolink.Client.nuspec")!.Open();
        XElement metadata = XDocument.Load(nuspec).Root!.Elements().First();
        string Of(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.Equal(("MIT", "README.md"), (Of("license"), Of("readme")));
        Assert.All(new[] { "description", "tags", "authors" }, name => Assert.NotEmpty(Of(name)));
        // What the package brings into its users' programs is a decision.
        string[] needed = [.. metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value)];
        Assert.Equal(["Microsoft.Extensions.Http", "Polly.Core"], needed.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Its_symbols_are_a_package_of_their_own()
    {
        using ZipArchive zip = ZipFile.OpenRead(Path.Combine(package.Folder, $"Evolink.Client.{package.Version}.snupkg"));
        Assert.All(Frameworks, framework => Assert.NotNull(zip.GetEntry($"lib/{framework}/Evolink.Client.pdb")));
    }

    [Theory]
    [InlineData("net8.0", "PublishTrimmed"), InlineData("net10.0", "PublishAot")]
    public async Task The_sample_program_works_trimmed_and_compiled_ahead_of_time(string framework, string kind)
    {
        Assert.SkipUnless(kind == "PublishTrimmed" || HasLinker, "Compiling ahead of time needs clang or gcc, on Linux or macOS.");
        byte[] video = RandomNumberGenerator.GetBytes(100_000);
        await using StubApi app = await AppAsync(video);
        string program = await PublishAsync(framework, kind);
        string image = Path.Combine(Clone.Root, "samples", "cat.png");
        string output = Path.Combine(package.Folder, $"{framework}.mp4");

        string said = await PackageFixture.RunAsync(
            package.Folder, program, app.Url.AbsoluteUri, Clients.AppKey, image, "A cat playing piano", output);

        Assert.Contains("gen-1 pending 0 % Evolink refuses the key.", said, StringComparison.Ordinal);
        Assert.Contains("gen-1 completed 100 %", said, StringComparison.Ordinal);
        Assert.Equal(video, await File.ReadAllBytesAsync(output));
        Assert.Equal(new FileInfo(image).Length, app.Seen[0].Body.Length);
    }

    private static bool HasLinker => !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));

    // Warnings of the trimmer are errors: what it warns of fails at run time.
    private async Task<string> PublishAsync(string framework, string kind)
    {
        string folder = Directory.CreateDirectory(Path.Combine(package.Folder, framework)).FullName;
        File.Copy(Path.Combine(Clone.Root, "samples", "client", "Program.cs"), Path.Combine(folder, "Program.cs"));
        await File.WriteAllTextAsync(Path.Combine(folder, "sample.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>{framework}</TargetFramework>
                <RuntimeIdentifier>{RuntimeInformation.RuntimeIdentifier}</RuntimeIdentifier>
                <SelfContained>true</SelfContained>
                <LangVersion>14</LangVersion>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <InvariantGlobalization>true</InvariantGlobalization>
                <{kind}>true</{kind}>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1603;NU1901;NU1902;NU1903;NU1904;NU1905</WarningsNotAsErrors>
                <RestoreAdditionalProjectSources>{package.Folder}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Evolink.Client" Version="{package.Version}" />
              </ItemGroup>
            </Project>
            """);
        await PackageFixture.RunAsync(folder, "dotnet", "publish", "-c", "Release", "-o", Path.Combine(folder, "published"), "--disable-build-servers");
        return Path.Combine(folder, "published", OperatingSystem.IsWindows() ? "sample.exe" : "sample");
    }

    private static Task<StubApi> AppAsync(byte[] video)
    {
        int reads = 0;
        const string Pending = """
            {"id":"gen-1","created":1795856380,"status":"pending","phase":"parked","progress":0,
             "waiting_for":{"code":"evolink_unauthorized","message":"Evolink refuses the key.","since":"2026-11-28T10:00:00Z"}}
            """;
        return StubApi.StartAsync(context => context.Request.Path.Value switch
        {
            "/v1/images" => StubApi.Answer(200, """{"url":"https://app.example/v1/images/1"}""")(context),
            "/v1/videos/generations" => StubApi.Answer(200, Pending)(context),
            "/v1/tasks/gen-1" when Interlocked.Increment(ref reads) == 1 => StubApi.Answer(200, Pending)(context),
            "/v1/tasks/gen-1" => StubApi.Answer(200, $$"""
                {"id":"gen-1","created":1795856380,"status":"completed","progress":100,"results":["http://{{context.Request.Host}}/video.mp4?sig=1"],
                 "video":{"size":{{video.Length}},"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(video))}}","content_type":"video/mp4"}
                }
                """)(context),
            "/video.mp4" => context.Response.Body.WriteAsync(video).AsTask(),
            _ => StubApi.Answer(404, "{}")(context),
        });
    }
}
