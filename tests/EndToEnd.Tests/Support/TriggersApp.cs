using Evolink.Simulator;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Support;

/// <summary>The only app that takes messages and uploads, for all share one storage; what is uploaded is client <c>alice</c>'s.</summary>
public sealed class TriggersApp(Apps apps) : AppFixture(apps, new TestAppOptions
{
    Simulator = new SimulatorOptions { AllowLoopback = true, TaskDuration = TimeSpan.FromSeconds(0.5) },
    Settings = new Dictionary<string, string?>
    {
        ["AzureWebJobs.GenerationRequested.Disabled"] = null,
        ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00",
        ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.200",
        ["Evolink:Uploads:Client"] = "alice",
        ["Evolink:Uploads:SidecarWait"] = "00:00:00",
        ["Evolink:Uploads:OutputName"] = "{folder}/{name}.mp4",
        // The app is elsewhere after a restart: an image that Evolink has not fetched yet would be lost to it.
        ["Evolink:ImageDelivery"] = "Files",
    },
});

/// <summary>The tests that share it, one after the other.</summary>
[CollectionDefinition(nameof(TriggersCollection))]
public sealed class TriggersCollection : ICollectionFixture<TriggersApp>;
