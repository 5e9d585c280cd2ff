namespace EndToEnd.Tests.Support;

/// <summary>Names of the app's functions that tests need: timers that they run, and what stands in histories.</summary>
internal static class Names
{
    public const string Sweep = "Sweep";
    public const string RemoveOld = "RemoveOld";
    public const string Generation = "GenerateVideo";
    public const string Delivery = "DeliverWebhook";

    /// <summary>The activities of a generation, in their order.</summary>
    public static readonly string[] Activities = ["SubmitGeneration", "CollectVideo"];
}
