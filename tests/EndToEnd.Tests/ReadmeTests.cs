using System.Diagnostics;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Support;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>What README.md tells people to paste, pasted.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private static readonly string[] NotHere = ["completion", "dotnet run"];
    private static readonly string[] Sections = ["## HTTP", "## Command line"];
    private readonly string _folder = Directory.CreateTempSubdirectory("evolink-readme-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_commands_of_the_README_work_as_they_are_pasted_one_after_the_other()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "They are for a shell.");
        Directory.CreateDirectory(Path.Combine(_folder, "samples"));
        File.Copy(Api.SamplePath, Path.Combine(_folder, "samples", "cat.png"));
        using CliProcess serve = new(["serve", "--port", "0", "--data", Path.Combine(_folder, ".evolink"), "--simulator-time", "0.5"]);
        using HttpClient client = await serve.ClientAsync(Path.Combine(_folder, ".evolink"));

        (string output, string errors) = await PasteAsync(client.BaseAddress!.GetLeftPart(UriPartial.Authority));

        Assert.DoesNotContain("FAILED", errors, StringComparison.Ordinal);
        Assert.Contains("\"reference\":\"cat 1\"", output, StringComparison.Ordinal);
        Assert.Contains("saved     ", output, StringComparison.Ordinal);
        Assert.Contains("  cat 1  ", output, StringComparison.Ordinal);
        Assert.Equal(["cat.mp4", "story.json"], Names(_folder).Except(["README.sh"]));
        Assert.Equal(["cat.mp4"], Names(Path.Combine(_folder, "videos")));
        Assert.True(new FileInfo(Path.Combine(_folder, "cat.mp4")).Length > 1000);
    }

    private static IEnumerable<string?> Names(string folder) =>
        Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private async Task<(string Output, string Errors)> PasteAsync(string app)
    {
        string readme = await File.ReadAllTextAsync(Path.Combine(Clone.Root, "README.md"));
        // Not what ends up in a start-up file, nor what rebuilds a part of the repository.
        IEnumerable<string> blocks = Sections
            .SelectMany(section => Block().Matches(SectionOf(readme, section)))
            .Select(block => block.Groups["commands"].Value)
            .Where(commands => !Array.Exists(NotHere, words => commands.Contains(words, StringComparison.Ordinal)));
        string script = $$"""
            trap 'echo "FAILED: $BASH_COMMAND" >&2' ERR
            Evolink.LocalHost() { {{string.Join(' ', CliProcess.Command.Select(word => $"'{word}'"))}} "$@"; }
            {{string.Join('\n', blocks).Replace("http://127.0.0.1:7071", app, StringComparison.Ordinal)}}
            """;
        Assert.Contains("operator story", script, StringComparison.Ordinal);
        string file = Path.Combine(_folder, "README.sh");
        await File.WriteAllTextAsync(file, script);
        ProcessStartInfo start = new("bash", [file])
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process bash = Process.Start(start)!;
        Task<string> errors = bash.StandardError.ReadToEndAsync();
        string output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (output, await errors);
    }

    private static string SectionOf(string readme, string title)
    {
        string from = readme[readme.IndexOf($"\n{title}\n", StringComparison.Ordinal)..][1..];
        return from.IndexOf("\n## ", StringComparison.Ordinal) is > 0 and int end ? from[..end] : from;
    }

    [GeneratedRegex(
        "^```sh\\n(?<commands>.*?)^```$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Block();
}
