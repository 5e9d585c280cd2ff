using Evolink.Testing;

namespace Evolink.Simulator.Tests;

internal static class ClockSteps
{
    /// <summary>Waits until the next timer is set for exactly this span, and lets it pass.</summary>
    public static async Task PassAsync(this ManualTimeProvider clock, double seconds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        var span = TimeSpan.FromSeconds(seconds);
        while (clock.UntilNextTimer != span)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        clock.Advance(span);
    }
}
