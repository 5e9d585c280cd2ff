namespace Evolink.Client;

/// <summary>Credits of an account, as far as Evolink told them.</summary>
public sealed record CreditBalance
{
    /// <summary>Credits left to the account.</summary>
    public decimal? Remaining { get; init; }

    /// <summary>Credits the account has used.</summary>
    public decimal? Used { get; init; }

    /// <summary>Credits left to the API key, where it has a limit of its own.</summary>
    public decimal? KeyRemaining { get; init; }

    /// <summary>Whether the API key has no limit of its own.</summary>
    public bool? KeyIsUnlimited { get; init; }
}
