using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>docs/operations.md says what to do about each alert, and asks for what the code tells.</summary>
public sealed partial class RunbookTests
{
    private static readonly string Runbook = File.ReadAllText(Path.Combine(Clone.Root, "docs", "operations.md"));

    [Fact]
    public void Every_alert_has_its_place_and_nothing_else_has()
    {
        string alerts = File.ReadAllText(Path.Combine(Clone.Root, "infra", "alerts.bicep"));
        string[] raised = [.. AlertName().Matches(alerts).Select(match => match.Value)];
        string section = Runbook.Split("\n## Alerts\n")[1].Split("\n## ")[0];
        Assert.NotEmpty(raised);
        Assert.Equal(raised, Heading().Matches(section).Select(match => match.Value));
    }

    [GeneratedRegex(@"(?<=^    name: ')[a-z-]+(?='\r?\n    (?:title|description):)", RegexOptions.Multiline, 1000)]
    private static partial Regex AlertName();

    [GeneratedRegex(@"(?<=^### )[a-z-]+(?=\r?$)", RegexOptions.Multiline, 1000)]
    private static partial Regex Heading();
}
