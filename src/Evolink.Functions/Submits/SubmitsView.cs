using Evolink.Pipeline.Submissions;

namespace Evolink.Functions.Submits;

/// <summary>Whether submits go out.</summary>
/// <param name="State"><c>open</c>, <c>paused</c> (until Evolink takes more) or <c>stopped</c> (by an operator).</param>
/// <param name="Until">When a pause ends by itself.</param>
/// <param name="Reason">Evolink's code, or <c>outage</c>.</param>
/// <param name="StoppedBy">The operator.</param>
/// <param name="StoppedAt">Since when.</param>
/// <param name="UnknownInARow">Submits of unknown outcome, one after the other.</param>
public sealed record SubmitsView(string State, DateTimeOffset? Until, string? Reason, string? StoppedBy, DateTimeOffset? StoppedAt, int UnknownInARow)
{
    internal const string Open = "open";

    internal static SubmitsView Of(GateState gate, DateTimeOffset now)
    {
        bool paused = gate.PausedUntil > now;
        string state = gate.Stopped is not null ? "stopped" : paused ? "paused" : Open;
        return new SubmitsView(
            state, paused ? gate.PausedUntil : null, paused ? gate.Reason : null, gate.Stopped?.By, gate.Stopped?.At, gate.Unknown.Length);
    }
}
