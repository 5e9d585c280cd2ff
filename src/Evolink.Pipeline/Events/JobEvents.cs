using System.Collections.Immutable;
using System.Globalization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Events;

/// <summary>
/// The events of a job, from its record: the record is the outbox. What happened stands in it already, <see cref="JobRecord.Told"/> says what of
/// it the topic has taken; so an event can be neither forgotten nor sent for something that did not happen. Pure.
/// </summary>
public static class JobEvents
{
    private const string Prefix = "evolink.generation.";

    extension(JobRecord job)
    {
        /// <summary>What the topic does not know yet, in the order in which it happened.</summary>
        public ImmutableArray<JobEvent> UntoldEvents() =>
            [.. job.AllEvents().Where(happened => !job.Told.Contains(happened.Name)).OrderBy(happened => happened.At)];

        /// <summary>Notes what the topic has taken.</summary>
        public JobRecord WithTold(IEnumerable<JobEvent> events)
        {
            string[] added = [.. events.Select(told => told.Name).Except(job.Told)];
            return added.Length == 0 ? job : job with { Told = [.. job.Told, .. added] };
        }

        private IEnumerable<JobEvent> AllEvents()
        {
            yield return new JobEvent("accepted", Prefix + "accepted", job.AcceptedAt, job.Data(1, JobState.Accepted));
            foreach (Attempt attempt in job.Attempts)
            {
                if (attempt is { State: AttemptState.Accepted, AcceptedAt: { } at })
                    yield return new JobEvent(Numbered("submitted", attempt.Number), Prefix + "submitted", at, job.Data(job.Revision, JobState.Waiting, attempt));
            }

            foreach (StateChange end in job.Timeline.Where(change => change.State.IsTerminal))
            {
                string kind = Kind(end.State);
                yield return new JobEvent(Numbered(kind, end.Revision), Prefix + kind, end.At, job.EndData(end));
            }
        }

        // What led to an end that was opened again is not in the record any more.
        private JobEventData EndData(StateChange end) => end.Revision == job.Revision
            ? job.Data(end.Revision, end.State, job.CurrentAttempt) with
            {
                CreditsUsed = job.CurrentAttempt?.CreditsUsed,
                CreditsReturned = job.CurrentAttempt?.CreditsReturned,
                Error = end.State == JobState.Failed ? job.Error : null,
                Video = end.State == JobState.Completed ? job.Video : null,
                Files = end.State == JobState.Completed && job.Files.Length > 0 ? job.Files : null,
            }
            : job.Data(end.Revision, end.State);

        private JobEventData Data(int revision, JobState state, Attempt? attempt = null) => new()
        {
            Id = job.Id,
            Revision = revision,
            Status = state.WireStatus,
            Client = job.Client,
            Source = JobSource.Of(job),
            Reference = job.Reference,
            Metadata = job.Metadata,
            Model = job.Model,
            Attempt = attempt?.Number,
            EvolinkTaskId = attempt?.TaskId,
            CreditsReserved = attempt?.CreditsReserved,
        };
    }

    private static string Kind(JobState end) => end switch
    {
        JobState.Completed => "completed",
        JobState.Failed => "failed",
        JobState.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "Not an end."),
    };

    private static string Numbered(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}.{number}");
}
