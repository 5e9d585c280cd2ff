namespace Evolink.Client;

/// <summary>Settings of an <see cref="EvolinkAppClient"/>; read once, when the client is made.</summary>
public sealed class EvolinkAppClientOptions
{
    /// <summary>
    /// Address of the app. Required. https; plain http for loopback hosts, and elsewhere only with <see cref="AllowHttp"/>.
    /// </summary>
    public Uri? BaseUrl { get; set; }

    /// <summary>
    /// A client's or an operator's key of the app, sent to <see cref="BaseUrl"/> and nowhere else; <see langword="null"/> where the
    /// platform authenticates.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Asked for the key, or for an access token, before every request; goes before <see cref="ApiKey"/>. It is to hold what it has: a
    /// request waits for it.
    /// </summary>
    public Func<CancellationToken, ValueTask<string?>>? ApiKeySource { get; set; }

    /// <summary>Lets an address pass that is plain http and not of this machine: whoever is on the way sees the key.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>Sent with every request.</summary>
    public string UserAgent { get; set; } = EvolinkClientOptions.DefaultUserAgent;

    /// <summary>Time for one try of a call; longer than <see cref="EvolinkAppClient.LongestWait"/>. Default 100 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// Further tries of a call after transient trouble: no connection, no answer, 408, 429, 5xx. They cost nothing, since every call may
    /// be repeated. 0 switches them off. Default 5, which is some 15 s.
    /// </summary>
    public int MaxRetries { get; set; } = 5;

    /// <summary>The clock of time-outs, retries and waits.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
