namespace Evolink.Client.Tests;

internal static class Clients
{
    public const string Key = "sk-test-0123456789";

    /// <summary>A client's key of an app.</summary>
    public const string AppKey = "client-key";

    /// <summary>The seed's example, with the image that it needs.</summary>
    public static VideoGenerationRequest Cat { get; } = new()
    {
        Prompt = "A cat playing piano",
        ImageUrls = ["https://example.com/image1.png"],
    };

    /// <summary>A client of a loopback server, with pauses too short to notice.</summary>
    public static EvolinkClient For(Uri server, Action<EvolinkClientOptions>? configure = null)
    {
        var options = new EvolinkClientOptions
        {
            ApiKey = Key,
            BaseUrl = server,
            FilesBaseUrl = server,
            AllowLoopback = true,
            Retry = new EvolinkRetryOptions { BaseDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
        };
        configure?.Invoke(options);
        return new EvolinkClient(options);
    }
}
