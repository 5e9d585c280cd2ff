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
        string[] raised = [.. AlertName().Matches(alerts).Select(match => match.Groups["name"].Value)];
        string section = Runbook[Runbook.IndexOf("\n## Alerts\n", StringComparison.Ordinal)..Runbook.IndexOf("\n## Capacity\n", StringComparison.Ordinal)];
        Assert.NotEmpty(raised);
        Assert.Equal(raised, Heading().Matches(section).Select(match => match.Groups["name"].Value));
    }

    [GeneratedRegex(@"^    name: '(?<name>[a-z-]+)'\n    (title|description):", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertName();

    [GeneratedRegex("^### (?<name>[a-z-]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();
}
