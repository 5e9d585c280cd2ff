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

    [GeneratedRegex("(?<=uses: ).*", RegexOptions.None, 1000)]
    private static partial Regex Action();
}
