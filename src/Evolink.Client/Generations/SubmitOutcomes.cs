namespace Evolink.Client;

/// <summary>The one table of what the answer to a submit means for money.</summary>
public static class SubmitOutcomes
{
    /// <summary>Reads the table. Whatever it does not list is <see cref="SubmitOutcome.Unknown"/>.</summary>
    public static SubmitVerdict Classify(in SubmitAnswer answer) => answer switch
    {
        { StatusCode: null, BodyStarted: false } => new(SubmitOutcome.NotSent),
        { StatusCode: null } => new(SubmitOutcome.Unknown),
        // These two codes speak about an earlier paid call, under whatever status they come.
        { ErrorCode: "idempotency_conflict" or "paid_outcome_unknown" } => new(SubmitOutcome.Unknown, NeedsAttention: true),
        { StatusCode: >= 200 and <= 299, TaskId: not null } => new(SubmitOutcome.Accepted),
        { HasEnvelope: true } when UnpaidCodes.Of(answer.ErrorCode) is var reason and not UnpaidReason.None =>
            new(reason == UnpaidReason.ModelNotAllowed ? SubmitOutcome.Rejected : SubmitOutcome.Throttled, NeedsAttention: true),
        { StatusCode: 429 } => new(SubmitOutcome.Throttled),
        { StatusCode: 401 or 402 } => new(SubmitOutcome.Throttled, NeedsAttention: true),
        { StatusCode: 400 or 403 or 404 or 405 or 413 or 415 or 422, HasEnvelope: true } => new(SubmitOutcome.Rejected),
        { StatusCode: 403, IsEdgePage: true } => new(SubmitOutcome.NotSent, NeedsAttention: true),
        _ => new(SubmitOutcome.Unknown),
    };
}
