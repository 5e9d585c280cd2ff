using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Submits;
using Evolink.Pipeline.Submissions;

namespace Evolink.Functions.Health;

/// <summary>How the app is.</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>unhealthy</c>.</param>
/// <param name="Checks">Each dependency.</param>
/// <param name="Missing">Settings without which no work is accepted.</param>
/// <param name="Submits">Whether submits go out; absent where that could not be read.</param>
/// <param name="Credits">What is left; for operators alone.</param>
public sealed record HealthReport(
    string Status, IReadOnlyDictionary<string, DependencyHealth> Checks, IReadOnlyList<string>? Missing, SubmitsHealth? Submits, CreditsHealth? Credits);

/// <summary>How one dependency answered.</summary>
/// <param name="Ok">Whether it did.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Problem">What was wrong, in words without addresses or secrets.</param>
public sealed record DependencyHealth(bool Ok, [property: JsonPropertyName("latency_ms")] long Milliseconds, string? Problem);

/// <summary>Whether submits go out, as everybody may know it.</summary>
/// <param name="State"><c>open</c>, <c>paused</c> or <c>stopped</c>.</param>
/// <param name="Until">When a pause ends by itself.</param>
public sealed record SubmitsHealth(string State, DateTimeOffset? Until)
{
    internal static SubmitsHealth Of(GateState gate, DateTimeOffset now)
    {
        SubmitsView view = SubmitsView.Of(gate, now);
        return new SubmitsHealth(view.State, view.Until);
    }
}

/// <summary>What is left to spend at Evolink.</summary>
/// <param name="Remaining">Of the account.</param>
/// <param name="KeyRemaining">Of the key, where it has a limit of its own.</param>
public sealed record CreditsHealth(decimal? Remaining, decimal? KeyRemaining)
{
    internal static CreditsHealth? Of(CreditBalance? balance) => balance is null ? null : new CreditsHealth(balance.Remaining, balance.KeyRemaining);
}
