using System.Collections.Immutable;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Submissions;

/// <summary>Whether submits may be sent, for all jobs and instances: <c>generations/limits/{hub}/submits.json</c>. Changed by pure functions only.</summary>
public sealed record GateState : StoredDocument
{
    /// <summary>Nothing is sent before this time, because Evolink asked for it, or the balance is empty, or the last probe failed.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Why: the code of a <see cref="WaitReason"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>An operator holds all submits back, until an operator lets them go.</summary>
    public OperatorStop? Stopped { get; init; }

    /// <summary>When an operator let them go last: jobs that waited for that have not used up their time.</summary>
    public DateTimeOffset? ResumedAt { get; init; }

    /// <summary>Jobs whose submits, one after the other, had an unknown outcome; a known one of any job clears them.</summary>
    public ImmutableArray<JobId> Unknown { get; init; } = [];

    /// <summary>The one job that may send while Evolink seems to be down.</summary>
    public JobId? Probe { get; init; }

    /// <summary>Until when it may be at it.</summary>
    public DateTimeOffset? ProbeUntil { get; init; }

    /// <summary>How many probes failed in a row.</summary>
    public int FailedProbes { get; init; }
}

/// <summary>Who holds submits back.</summary>
/// <param name="By">The operator's name.</param>
/// <param name="At">Since when.</param>
public sealed record OperatorStop(string By, DateTimeOffset At) : StoredDocument;

/// <summary>The changes of a <see cref="GateState"/>.</summary>
public static class GateTransitions
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    extension(GateState gate)
    {
        /// <summary>Until when this job may not send; null where it may. An operator's stop has no such time.</summary>
        /// <param name="job">The job.</param>
        /// <param name="tolerated">How many unknown outcomes in a row mean that Evolink is down.</param>
        /// <param name="now">Now.</param>
        public DateTimeOffset? ClosedFor(JobId job, int tolerated, DateTimeOffset now)
        {
            if (gate.PausedUntil is { } paused && paused > now)
                return paused;
            return gate.Unknown.Length >= tolerated && gate.Probe is { } probe && probe != job && gate.ProbeUntil is { } until && until > now ? until : null;
        }

        /// <summary>An operator holds all submits back.</summary>
        public GateState WithStop(string by, DateTimeOffset now) => gate.Stopped is not null ? gate : gate with { Stopped = new OperatorStop(by, now) };

        /// <summary>An operator lets them go.</summary>
        public GateState WithoutStop(DateTimeOffset now) => gate.Stopped is null ? gate : gate with { Stopped = null, ResumedAt = now };

        /// <summary>Until when a job may wait for its submit. What it waited for an operator does not count.</summary>
        /// <param name="since">Since when it has waited.</param>
        /// <param name="longest">How long it may.</param>
        public DateTimeOffset EndOfWait(DateTimeOffset since, TimeSpan longest) =>
            gate.Stopped is not null
                ? DateTimeOffset.MaxValue
                : (gate.ResumedAt is { } resumed && resumed > since ? resumed : since) + longest;

        /// <summary>Makes the job the one that probes, where a probe is needed and none is out.</summary>
        public GateState WithProbe(JobId job, int tolerated, DateTimeOffset until, DateTimeOffset now) =>
            gate.Unknown.Length < tolerated || (gate.Probe is not null && gate.Probe != job && gate.ProbeUntil > now)
                ? gate
                : gate with { Probe = job, ProbeUntil = until };

        /// <summary>Lets another job probe in place of this one, which sends nothing now.</summary>
        public GateState WithoutProbe(JobId job) => gate.Probe == job ? gate with { Probe = null, ProbeUntil = null } : gate;

        /// <summary>Notes what became of a submit.</summary>
        public GateState After(JobId job, Attempt attempt, int tolerated, DateTimeOffset now) => attempt.State switch
        {
            AttemptState.Unknown => gate.AfterUnknown(job, tolerated, now),
            // The edge or the network stands between: it says nothing of Evolink, and every job backs off by itself.
            AttemptState.NotSent => gate.WithoutProbe(job),
            AttemptState.Intent => gate,
            AttemptState.Throttled => gate.Cleared() with { PausedUntil = Later(gate.PausedUntil, attempt.RetryAt), Reason = WaitReason.Of(attempt)?.Code },
            _ => gate.Cleared(),
        };

        private GateState AfterUnknown(JobId job, int tolerated, DateTimeOffset now)
        {
            GateState noted = gate.Unknown.Contains(job) || gate.Unknown.Length >= tolerated ? gate : gate with { Unknown = gate.Unknown.Add(job) };
            if (noted.Unknown.Length < tolerated)
                return noted;
            TimeSpan pause = BackOff.After(noted.FailedProbes, FirstPause, LongestPause, null, 1);
            return noted with { PausedUntil = now + pause, Reason = WaitReason.Unreachable.Code, Probe = null, ProbeUntil = null, FailedProbes = noted.FailedProbes + 1 };
        }

        // The same instance where there is nothing to clear: then nothing is written.
        private GateState Cleared() => gate is { Unknown.IsEmpty: true, Probe: null, FailedProbes: 0 }
            ? gate
            : gate with { Unknown = [], Probe = null, ProbeUntil = null, FailedProbes = 0, PausedUntil = null, Reason = null };
    }

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is { } x && b is { } y ? (x > y ? x : y) : a ?? b;
}
