namespace RegistryGaps;

internal static class StandIn
{
    /// <summary>What a member says that only the real package can execute.</summary>
    internal static NotSupportedException Called() => new(
        $"This is an API stand-in of {typeof(StandIn).Assembly.GetName().Name}: it can be compiled against, not executed. " +
        "Run the app under Evolink.LocalHost, or restore from a registry that has the real package; see eng/registry-gaps/README.md.");
}
