using Microsoft.Playwright;

namespace Studio.Tests.Support;

/// <summary>The Chromium or Chrome of this machine: nothing is downloaded for these tests.</summary>
internal static class InstalledBrowser
{
    public const string Missing = "No Chromium was found: install it (Debian: apt-get install chromium), or name one in STUDIO_BROWSER.";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("STUDIO_BROWSER") is { Length: > 0 } named ? named
        : (from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
           from name in Names
           let file = System.IO.Path.Combine(folder, name)
           where File.Exists(file)
           select file).FirstOrDefault();

    public static Task<IBrowser> StartAsync(IPlaywright playwright) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Path,
        // Root in a container has no sandbox; the rest keeps the browser from calling its maker.
        Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"],
    });
}
