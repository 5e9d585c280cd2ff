namespace Evolink.Client;

/// <summary>What a paid call did, as far as can be known from here.</summary>
public enum SubmitOutcome
{
    /// <summary>Whether it was charged cannot be known. Never send it again by yourself.</summary>
    Unknown = 0,

    /// <summary>The task exists.</summary>
    Accepted,

    /// <summary>It never reached Evolink. Sending it again is safe.</summary>
    NotSent,

    /// <summary>Refused for now (rate, balance, key), nothing was charged. Sending it again later is safe.</summary>
    Throttled,

    /// <summary>Refused for good, nothing was charged. The same request will be refused again.</summary>
    Rejected,
}
