using System.Diagnostics;
using System.Diagnostics.Metrics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;

namespace Evolink.Pipeline.Telemetry;

/// <summary>
/// Counts what jobs go through, from nothing but the difference between a record and what was written over it. Only the execution whose conditional write
/// succeeded counts, so that what is executed again, also after a crash, counts once. (A crash right after the write loses one count; none is made twice.)
/// </summary>
public sealed class JobMetrics
{
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _phases;
    private readonly Counter<long> _submits;
    private readonly Counter<long> _resolved;
    private readonly Counter<double> _creditsReserved;
    private readonly Counter<double> _creditsUsed;
    private readonly Counter<double> _creditsReturned;
    private readonly Counter<long> _tasksEnded;
    private readonly Counter<long> _webhooks;
    private readonly Counter<long> _waits;

    internal JobMetrics(Meter meter)
    {
        _accepted = meter.CreateCounter<long>("evolink.generations.accepted", "{generation}", "Generations that became a job.");
        _ended = meter.CreateCounter<long>("evolink.generations.ended", "{generation}", "Generations that are over.");
        _phases = meter.CreateHistogram(
            "evolink.generation.phase.duration", "s", "Time that ended generations spent in each phase.", advice: Buckets.Seconds);
        _submits = meter.CreateCounter<long>("evolink.submits", "{submit}", "Submits by what became of them.");
        _resolved = meter.CreateCounter<long>("evolink.submits.resolved", "{submit}", "Submits of unknown outcome by how that ended.");
        _creditsReserved = meter.CreateCounter<double>("evolink.credits.reserved", "{credit}", "Credits that Evolink held back at submits.");
        _creditsUsed = meter.CreateCounter<double>("evolink.credits.used", "{credit}", "Credits that Evolink charged, where it told.");
        _creditsReturned = meter.CreateCounter<double>(
            "evolink.credits.returned", "{credit}", "Credits that Evolink gave back, where it proved that.");
        _tasksEnded = meter.CreateCounter<long>("evolink.tasks.ended", "{task}", "Tasks that were seen to be over, by what led to the look.");
        _webhooks = meter.CreateCounter<long>("evolink.webhook.deliveries", "{delivery}", "Calls that tell a job's end to its client.");
        _waits = meter.CreateCounter<long>(
            "evolink.generations.waits", "{wait}", "Generations that began to wait for something other than Evolink's work, by what.");
    }

    internal void Created(JobRecord job) => _accepted.Add(1, new("evolink.source", job.Source), new("evolink.client", job.Client));

    internal void Changed(JobRecord before, JobRecord after)
    {
        Submits(before, after);
        TaskEnd(before, after);
        if (after.Webhook is { Calls: [.., var call] } webhook && !(before.Webhook?.Calls ?? []).Contains(call))
            Delivery(webhook, call);
        if (after.WaitingFor is { } waiting && waiting.Code != before.WaitingFor?.Code)
            _waits.Add(1, Tags(("evolink.waiting_for", waiting.Code)));
        if (after.State.IsTerminal && !before.State.IsTerminal)
            End(after);
    }

    private void Submits(JobRecord before, JobRecord after)
    {
        foreach (Attempt attempt in after.Attempts)
        {
            Attempt? was = before.Attempts.FirstOrDefault(other => other.Number == attempt.Number);
            if (was?.State == AttemptState.Intent && attempt.State != AttemptState.Intent)
                _submits.Add(1, Tags(("evolink.outcome", Words.Of(attempt.State)), ("error.type", CodeOf(attempt))));
            if (was?.State is AttemptState.Unknown or AttemptState.NotSent or AttemptState.Throttled && attempt.State == AttemptState.Accepted && before.Revision == after.Revision)
                _resolved.Add(1, Tags(("evolink.resolution", Resolution(was, attempt))));
            if (attempt.CreditsReserved is { } reserved && was?.CreditsReserved is null)
                _creditsReserved.Add((double)reserved, Tags(("evolink.client", after.Client)));
            if (attempt.CreditsUsed is { } used && was?.CreditsUsed is null)
                _creditsUsed.Add((double)used, Tags(("evolink.client", after.Client)));
            if (attempt.CreditsReturned is { } returned && was?.CreditsReturned is null)
                _creditsReturned.Add((double)returned, Tags(("evolink.client", after.Client)));
        }

        if (before.Error is null && after is { Error: not null, CurrentAttempt.State: AttemptState.Unknown })
            _resolved.Add(1, Tags(("evolink.resolution", "given_up")));
    }

    private static string Resolution(Attempt was, Attempt attempt) =>
        attempt.TaskId is { } task && was.Candidates.Contains(task) ? "adopted" : attempt.Replayed ? "replayed" : "answered_late";

    private static string? CodeOf(Attempt attempt) => attempt.State == AttemptState.Accepted ? null
        : attempt.Error is { } error ? PipelineMetrics.Label(error.Code)
        : "no_answer";

    private void TaskEnd(JobRecord before, JobRecord after)
    {
        bool completed = before.CompletedSeenAt is null && after.CompletedSeenAt is not null;
        bool failed = before is { State: JobState.Waiting, Error: null } && (after.Error is not null || after.State == JobState.Submitting);
        if (completed || failed)
        {
            _tasksEnded.Add(1, Tags(
                ("evolink.status", completed ? "completed" : "failed"),
                ("evolink.found_by", after.CurrentAttempt?.CalledBackAt is null ? "poll" : "callback")));
        }
    }

    private void Delivery(JobWebhook webhook, WebhookCall call) => _webhooks.Add(1, Tags(
        ("evolink.state", Words.Of(webhook.State)), ("http.response.status_code", call.Status)));

    private void End(JobRecord job)
    {
        string state = Words.Of(job.State);
        _ended.Add(1, Tags(
            ("evolink.state", state), ("error.type", job.State == JobState.Failed ? PipelineMetrics.Label(job.Error?.Code) : null), ("evolink.client", job.Client)));
        DateTimeOffset begun = job.Revision == 1 ? job.AcceptedAt : job.Timeline.FirstOrDefault(change => change.Revision == job.Revision)?.At ?? job.AcceptedAt;
        DateTimeOffset? submitted = job.Timeline.FirstOrDefault(change => change.Revision == job.Revision && change.State == JobState.Waiting)?.At;
        Phase("submit", state, begun, submitted);
        Phase("generate", state, submitted, job.CompletedSeenAt);
        Phase("save", state, job.CompletedSeenAt, job.Video?.SavedAt);
        Phase("total", state, begun, job.EndedAt);
    }

    private void Phase(string phase, string state, DateTimeOffset? from, DateTimeOffset? to)
    {
        if (to - from is { } duration && duration >= TimeSpan.Zero)
            _phases.Record(duration.TotalSeconds, Tags(("evolink.phase", phase), ("evolink.state", state)));
    }

    private static TagList Tags(params ReadOnlySpan<(string Name, object? Value)> tags)
    {
        TagList list = default;
        foreach ((string name, object? value) in tags)
        {
            if (value is not null)
                list.Add(name, value);
        }

        return list;
    }
}
