using Evolink.Testing;

namespace Evolink.Functions.Tests.OpenApi;

/// <summary>The contract, held against the rules of the two checkers that are used most; pinned in eng/openapi-lint.</summary>
public sealed class LintTests
{
    private static readonly string Contract = Path.Combine(Clone.Root, "src", "Evolink.Functions", "OpenApi", "openapi.json");

    [Fact]
    public Task Spectral_finds_no_error() => AssertCleanAsync(
        "@stoplight/spectral-cli/dist/index.js", "lint", Contract, "--ruleset", ".spectral.yaml", "--fail-severity", "error", "--display-only-failures");

    [Fact]
    public Task Redocly_finds_no_error() => AssertCleanAsync("@redocly/cli/bin/cli.js", "lint", Contract, "--config", "redocly.yaml");

    [Fact]
    public async Task Both_find_an_example_of_the_wrong_type()
    {
        Assert.SkipUnless(NodePackages.HasNode, "Node is not installed.");
        string wrong = Path.Combine(Path.GetTempPath(), $"openapi-{Guid.NewGuid():N}.json");
        string contract = await File.ReadAllTextAsync(Contract);
        await File.WriteAllTextAsync(wrong, contract.Replace("\"example\": 20", "\"example\": \"20\"", StringComparison.Ordinal));
        try
        {
            (int spectral, string found) = await NodePackages.RunAsync(
                "openapi-lint", "@stoplight/spectral-cli/dist/index.js", "lint", wrong, "--ruleset", ".spectral.yaml", "--fail-severity", "error");
            Assert.True(spectral != 0 && found.Contains("oas3-valid-media-example", StringComparison.Ordinal), found);
        }
        finally
        {
            File.Delete(wrong);
        }
    }

    private static async Task AssertCleanAsync(string script, params string[] arguments)
    {
        Assert.SkipUnless(NodePackages.HasNode, "Node is not installed.");
        (int exitCode, string output) = await NodePackages.RunAsync("openapi-lint", script, arguments);
        Assert.True(exitCode == 0, output);
    }
}
