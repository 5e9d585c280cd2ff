namespace Evolink.Client;

/// <summary>What goes with a submit besides its body.</summary>
public sealed record SubmitOptions
{
    /// <summary>
    /// 16 to 96 characters of <c>[A-Za-z0-9._-]</c>; a random one is made when it is left out.
    /// Evolink does not document the header: a replay is a bonus, never rely on it.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
