namespace Evolink.Pipeline.Options;

/// <summary>How a client gets its video.</summary>
public enum VideoDelivery
{
    /// <summary>By a short-lived signed link to the blob.</summary>
    Sas,

    /// <summary>Through this app, for storage that is not reachable from outside.</summary>
    Proxy,
}
