namespace Evolink.Client;

/// <summary>How strictly requests are checked.</summary>
public sealed record ValidationOptions
{
    /// <summary>Development only: links to loopback hosts, also over http, pass.</summary>
    public bool AllowLoopback { get; init; }
}
