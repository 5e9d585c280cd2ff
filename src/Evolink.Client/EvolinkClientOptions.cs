namespace Evolink.Client;

/// <summary>Settings of an <see cref="EvolinkClient"/>; read once, when the client is made.</summary>
public sealed class EvolinkClientOptions
{
    internal static readonly Uri EvolinkApi = new("https://api.evolink.ai/");

    internal static readonly Uri EvolinkFiles = new("https://files-api.evolink.ai/");

    /// <summary>The API key. Sent to <see cref="BaseUrl"/> and <see cref="FilesBaseUrl"/>, nowhere else.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Asked for the key before every request, so that a key can be rotated at run time; goes before <see cref="ApiKey"/>. It is to hold
    /// what it has: a request waits for it. Where it fails, nothing is sent.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? ApiKeySource { get; set; }

    /// <summary>Address of the API. Must be https; plain http only for loopback hosts and with <see cref="AllowLoopback"/>.</summary>
    public Uri BaseUrl { get; set; } = EvolinkApi;

    /// <summary>
    /// Address of the Files API; the same rules as for <see cref="BaseUrl"/>. <see langword="null"/> (default): Evolink's own where
    /// <see cref="BaseUrl"/> is Evolink's; elsewhere that is an Evolink.Functions app, which takes images itself.
    /// </summary>
    public Uri? FilesBaseUrl { get; set; }

    /// <summary>Sent with every request. Evolink's edge may refuse requests that name no product.</summary>
    public string UserAgent { get; set; } = DefaultUserAgent;

    /// <summary>Development only: lets loopback addresses, also over http, pass in base addresses and in requests.</summary>
    public bool AllowLoopback { get; set; }

    /// <summary>Time for one <see cref="EvolinkClient.SubmitAsync"/> with all its retries. Default 60 s.</summary>
    public TimeSpan SubmitTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for one try of a read. Default 30 s.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for one upload. Default 2 minutes.</summary>
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How failed requests are tried again.</summary>
    public EvolinkRetryOptions Retry { get; set; } = new();

    /// <summary>The clock of time-outs, retries and polls.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary><c>Evolink.Client/</c> and the version of this package.</summary>
    public static string DefaultUserAgent { get; } =
        $"Evolink.Client/{typeof(EvolinkClientOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0"}";
}
