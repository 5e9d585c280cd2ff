using System.Diagnostics;
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

    private static async Task<string> LoadAsync()
    {
        string folder = Path.Combine(Clone.Root, "eng", "axe");
        string file = Path.Combine(folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(file))
            await InstallAsync(folder);
        return await File.ReadAllTextAsync(file);
    }

    private static async Task InstallAsync(string folder)
    {
        string[] npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new("cmd", ["/d", "/c", "npm", .. npm]) : new("npm", npm);
        start.WorkingDirectory = folder;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"axe-core could not be installed: {errors} By hand: npm ci --ignore-scripts --prefix {folder}");
    }
}
