using Evolink.Simulator;

namespace Evolink.Testing.Hosting;

/// <summary>How a <see cref="TestApp"/> differs from the usual one.</summary>
public sealed record TestAppOptions
{
    public SimulatorOptions Simulator { get; init; } = new() { AllowLoopback = true, TaskDuration = TimeSpan.Zero };

    /// <summary>Settings of the app and of its host; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();
}
