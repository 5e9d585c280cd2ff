namespace Evolink.Client;

/// <summary>What goes with a submit besides its body.</summary>
public sealed record SubmitOptions
{
    /// <summary>
    /// 1 to 255 visible ASCII characters (<see cref="IdempotencyKey"/>); a random one is made when it is left out.
    /// Evolink does not document the header: there a replay is a bonus, never rely on it. An Evolink.Functions app promises it.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
