using System.Text.RegularExpressions;
using Evolink.Testing;

namespace Evolink.Pipeline.Tests.Documentation;

/// <summary>docs/cases.md, docs/security.md and the README's guarantees name tests that exist.</summary>
public sealed partial class CasesTableTests
{
    private static readonly Lazy<HashSet<string>> Tests = new(() => [.. Directory
        .EnumerateFiles(Path.Combine(Clone.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
        .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups["name"].Value}"))]);

    [Theory]
    [InlineData("docs/cases.md", 60)]
    [InlineData("README.md", 8)]
    [InlineData("docs/security.md", 20)]
    public void Every_test_that_is_named_exists(string document, int atLeast)
    {
        string[] named = [.. Named().Matches(File.ReadAllText(Path.Combine(Clone.Root, document))).Select(match => match.Groups["test"].Value)];
        Assert.True(named.Length >= atLeast, $"{document} names {named.Length} tests.");
        Assert.Empty(named.Except(Tests.Value, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_case_names_a_test()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Clone.Root, "docs", "cases.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| case |", StringComparison.Ordinal))];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Matches(Named(), row.Split('|')[2]));
    }

    // `Class.Method`, alone or as the text of a link; the method's name is a sentence.
    [GeneratedRegex(@"`(?<test>[A-Z]\w*Tests\.\w+_\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();

    // A method below [Fact] or [Theory], with whatever data stands between.
    [GeneratedRegex(@"\[(Fact|Theory)[^\]]*\]\s(\s*\[.*\]\s*\n)*\s*public (static )?(async )?\w+ (?<name>\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Method();
}
