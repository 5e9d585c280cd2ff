using Evolink.Testing;

namespace RegistryGaps.Tests;

/// <summary>Where the clone is, and what the packages of this build are.</summary>
internal static class Repository
{
    public static string Root => Clone.Root;

    public static string RegistryGaps { get; } = Path.Combine(Root, "eng", "registry-gaps");

    public static string Feed { get; } = Path.Combine(RegistryGaps, "feed");

    /// <summary>False where the registry has the real packages: then there is nothing to stand in for.</summary>
    public static bool UsesStandIns { get; } =
        typeof(Microsoft.DurableTask.TaskOrchestrationContext).Assembly.GetType("RegistryGaps.StandIn") is not null;

    public const string RealPackages = "The real packages were restored: nothing stands in for them here.";
}
