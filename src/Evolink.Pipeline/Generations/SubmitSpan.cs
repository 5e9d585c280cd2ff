namespace Evolink.Pipeline.Generations;

/// <summary>
/// The time in which the task of an attempt was made, if there is one: from its first intent to the end of its last lease.
/// </summary>
/// <param name="From">Its first intent.</param>
/// <param name="Until">When nobody can be at it any more.</param>
public sealed record SubmitSpan(DateTimeOffset From, DateTimeOffset Until)
{
    /// <summary>Evolink's clock is taken to differ from ours by less; it tells times in whole seconds.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The span of an attempt.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="lease">How long a submit has its lease: one whose answer is lost early may still be at work at Evolink.</param>
    public static SubmitSpan Of(Attempt attempt, TimeSpan lease)
    {
        DateTimeOffset sent = attempt.Replayed ? attempt.LeaseUntil : attempt.IntentAt;
        DateTimeOffset end = sent + lease;
        return new SubmitSpan(attempt.FirstIntentAt, end > attempt.LeaseUntil ? end : attempt.LeaseUntil);
    }

    /// <summary>The span with a margin on both sides.</summary>
    public SubmitSpan Widened(TimeSpan margin) => new(From - margin, Until + margin);

    /// <summary>Whether a task of this time can be the attempt's.</summary>
    public bool Holds(DateTimeOffset created) => created >= From - ClockSkew && created <= Until + ClockSkew;
}
