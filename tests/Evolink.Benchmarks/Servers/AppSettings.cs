using Evolink.Simulator;

namespace Evolink.Benchmarks.Servers;

/// <summary>The app's settings in a benchmark: its own defaults, on loopback.</summary>
internal static class AppSettings
{
    public const string Client = "benchmark";
    public const string ClientKey = "client-key-of-the-benchmarks";

    public static Dictionary<string, string?> For(Uri address, Uri provider, string storage, bool callbacks = true)
    {
        string evolink = provider.GetLeftPart(UriPartial.Authority);
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase)
        {
            ["Evolink:ApiKey"] = SimulatorOptions.DevelopmentKey,
            ["Evolink:BaseUrl"] = evolink,
            ["Evolink:FilesBaseUrl"] = evolink,
            ["Evolink:AllowLoopback"] = "true",
            [$"Evolink:ClientKeys:{Client}:0"] = ClientKey,
            ["Evolink:Storage:ConnectionString"] = storage,
        };
        if (callbacks)
        {
            settings["Evolink:PublicBaseUrl"] = address.GetLeftPart(UriPartial.Authority);
            settings["Evolink:Callback:CurrentKey"] = "k1";
            settings["Evolink:Callback:Keys:k1"] = "callback-key-of-the-benchmarks-0123456789";
        }

        return settings;
    }

    /// <summary>A request that any of the app's checks passes.</summary>
    public static string Request(int number) =>
        $$"""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano, take {{number}}","image_urls":["https://example.com/cat.png"]}""";
}
