using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>What all tests of this assembly share: one Azurite in memory, and the app with its usual settings. Starting an app takes seconds, so one serves many tests.</summary>
public sealed class Apps : IAsyncLifetime
{
    private readonly Lazy<Task<TestApp>> _usual;

    public Apps() => _usual = new Lazy<Task<TestApp>>(() => TestApp.StartAsync(Azurite, new TestAppOptions { Simulator = Instant, Settings = LimitTests.Clients }));

    /// <summary>An Evolink that is done at once, and looks at no image.</summary>
    public static SimulatorOptions Instant { get; } = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero, FetchImages = false };

    public AzuriteFixture Azurite { get; } = new();

    /// <summary>The app with its usual settings; nobody stops it, or changes what others see of it.</summary>
    public Task<TestApp> Usual => _usual.Value;

    public ValueTask InitializeAsync() => Azurite.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_usual.IsValueCreated)
            await (await _usual.Value).DisposeAsync();
        await Azurite.DisposeAsync();
    }
}
