using System.Text.RegularExpressions;

namespace Infra.Tests;

/// <summary>What somebody may deploy with, as lines of a .bicepparam file. Between them the scenarios take every branch.</summary>
internal sealed partial record Scenario(string Name, string Options)
{
    /// <summary>The one with the Durable Task Scheduler, deployed by a person.</summary>
    public const string WithScheduler = "public, scheduler";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new(WithScheduler, "param durableBackend = 'scheduler'\nparam principalId = '11111111-0000-0000-0000-000000000009'"),
        new("private, storage, every option", """
            param principalId = '11111111-0000-0000-0000-000000000009'
            param principalType = 'ServicePrincipal'
            param evolinkApiKey = 'an-api-key'
            param clientKeys = 'shop:0,shop:1, back_office:0'
            param callbackKeyIds = 'k2,k1'
            param webhookKeys = 'shop:0,shop:1'
            param uploadsClient = 'back_office'
            param publicBaseUrl = 'https://videos.example.com'
            param imageDelivery = 'Files'
            param resultHosts = 'media.evolink.ai, *.example.net'
            param durableBackend = 'storage'
            param privateNetwork = true
            param zoneRedundant = true
            param alwaysReadyInstances = 2
            param maximumInstances = 100
            param videoCoolAfterDays = 0
            param videoExpireAfterDays = 90
            param recordRetentionDays = 200
            param dailyLogGigabytes = 5
            param alertEmail = 'operators@example.com'
            param creditsLow = 100
            param monthlyBudget = 200
            param budgetStart = '2026-11-01'
            param recoverVault = true
            """),
        new("proxied by choice", "param videoDelivery = 'Proxy'\nparam operatorKeys = ''\nparam webhookKeys = ''"),
        EveryOptionOfTheReadme(),
    ];

    /// <summary>What EXTRA_SETTINGS holds.</summary>
    public IReadOnlyDictionary<string, string> ExtraSettings { get; private init; } = new Dictionary<string, string>();

    public string Parameters => $"param environmentName = 'demo'\nparam location = 'westeurope'\n{Options}";

    // Every setting that has a value by default gets it through EXTRA_SETTINGS; the code judges whether there is a setting of that name.
    private static Scenario EveryOptionOfTheReadme()
    {
        string readme = File.ReadAllText(Path.Combine(Clone.Root, "README.md"));
        Dictionary<string, string> settings = OptionRow().Matches(readme).ToDictionary(
            row => $"Evolink__{row.Groups["name"].Value.Replace(":", "__", StringComparison.Ordinal)}",
            row => row.Groups["default"].Value,
            StringComparer.Ordinal);
        Assert.True(settings.Count > 30, "The options are not found in README.md.");
        string lines = string.Concat(settings.Select(setting => $"  {setting.Key}: '{setting.Value}'\n"));
        return new("every option of the README", $"param extraSettings = {{\n{lines}}}") { ExtraSettings = settings };
    }

    // | `Name` | `default` | what |
    [GeneratedRegex("(?m)^\\| `(?<name>[A-Z][A-Za-z:]+)` \\| `(?<default>[^`]+)` \\| ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OptionRow();
}
