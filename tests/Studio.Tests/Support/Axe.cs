using System.Text.Json;
using Evolink.Testing;
using Microsoft.Playwright;

namespace Studio.Tests.Support;

/// <summary>The accessibility checker axe-core, pinned in eng/axe and installed on first use.</summary>
internal static class Axe
{
    private static readonly Lazy<Task<string>> Source = new(LoadAsync);

    /// <summary>What is seriously or critically wrong on the page, one line each.</summary>
    public static async Task<string[]> SeriousFindingsAsync(IPage page)
    {
        await page.EvaluateAsync(await Source.Value);
        JsonElement result = await page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] })");
        return
        [
            .. from finding in result.GetProperty("violations").EnumerateArray()
               where finding.GetProperty("impact").GetString() is "serious" or "critical"
               from node in finding.GetProperty("nodes").EnumerateArray()
               select $"{finding.GetProperty("id")}: {node.GetProperty("html")} {node.GetProperty("failureSummary")}",
        ];
    }

    private static async Task<string> LoadAsync() => await File.ReadAllTextAsync(await NodePackages.FileAsync("axe", Path.Combine("axe-core", "axe.min.js")));
}
