using Evolink.Simulator;
using Evolink.Testing.Hosting;
using Microsoft.Playwright;

namespace Studio.Tests.Support;

/// <summary>One app, one browser for all tests. Each visitor is a client of its own, so that walls do not mix.</summary>
public sealed class StudioFixture : IAsyncLifetime
{
    private readonly AzuriteFixture _azurite = new();
    private TestApp? _app;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>The app; its simulated tasks take so long that no test sees one end by itself.</summary>
    public TestApp App => _app ?? throw new InvalidOperationException("The app did not start.");

    public async ValueTask InitializeAsync()
    {
        if (InstalledBrowser.Path is null)
            return;
        await _azurite.InitializeAsync();
        _app = await TestApp.StartAsync(_azurite, new TestAppOptions
        {
            Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(20) },
            Settings = new Dictionary<string, string?> { ["Evolink:Studio:ShowBalance"] = "true" },
        });
        Assertions.SetDefaultExpectTimeout(Visitor.Patience);
        _playwright = await Playwright.CreateAsync();
        _browser = await InstalledBrowser.StartAsync(_playwright);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        await _azurite.DisposeAsync();
    }

    /// <summary>Visits the studio in a browser profile of its own, and then looks whether anything went wrong in the page meanwhile.</summary>
    public async Task VisitAsync(Func<Visitor, Task> visit, BrowserNewContextOptions? context = null)
    {
        Assert.SkipWhen(_browser is null, InstalledBrowser.Missing);
        context ??= new BrowserNewContextOptions();
        context.Permissions = ["clipboard-read", "clipboard-write"];
        // Nobody looks: motion would only cost.
        context.ReducedMotion ??= ReducedMotion.Reduce;
        await using IBrowserContext profile = await _browser.NewContextAsync(context);
        using Guest guest = App.NewGuest();
        Visitor visitor = await Visitor.ArriveAsync(App, profile, guest.Key);
        await visit(visitor);
        await visitor.AssertNothingWentWrongAsync();
    }
}
