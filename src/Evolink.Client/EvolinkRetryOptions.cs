namespace Evolink.Client;

/// <summary>How failed requests are tried again. A submit that may have reached Evolink never is: it could be charged twice.</summary>
public sealed class EvolinkRetryOptions
{
    /// <summary>Further tries of a read (task, credits) after a blip. 0 switches them off. Default 3.</summary>
    public int MaxReadRetries { get; set; } = 3;

    /// <summary>Further tries of a submit that surely was not sent (refused connection, DNS, TLS). 0 switches them off. Default 3.</summary>
    public int MaxSubmitRetries { get; set; } = 3;

    /// <summary>Whether a submit answered with 429 is tried again too. Costs nothing, but holds the caller. Default <see langword="false"/>.</summary>
    public bool RetryThrottledSubmits { get; set; }

    /// <summary>Middle of the first pause; it doubles with every try and is jittered. Default 1 s.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause. Where Evolink asks for a longer one (<c>Retry-After</c>), the failure is told at once instead. Default 30 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);
}
