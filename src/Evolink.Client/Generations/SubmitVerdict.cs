namespace Evolink.Client;

/// <summary>What the answer to a submit means.</summary>
/// <param name="Outcome">What the call did.</param>
/// <param name="NeedsAttention">Whether time alone will not mend it: a person must look (key, balance, edge rules).</param>
public readonly record struct SubmitVerdict(SubmitOutcome Outcome, bool NeedsAttention = false);
