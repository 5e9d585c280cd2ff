using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>An app whose Evolink fetches every image as the real one does, and fails the task where it cannot.</summary>
public sealed class ImagesApp(Apps apps) : AppFixture(
    apps, new TestAppOptions { Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(0.5) } });

/// <summary>The tests that share it, one after the other.</summary>
[CollectionDefinition(nameof(ImagesCollection))]
public sealed class ImagesCollection : ICollectionFixture<ImagesApp>;
