using System.Globalization;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Videos;

namespace Evolink.Functions.Tasks;

/// <summary>Shows job records to clients.</summary>
public sealed class TaskViews(VideoLinks links, TimeProvider time)
{
    private const int MostBeforeTheEnd = JobTransitions.MostBeforeTheEnd;

    /// <summary>A job as a client sees it.</summary>
    /// <param name="job">Its record.</param>
    /// <param name="ownBase">Address of this app; where it is not known, there is no link that leads through the app.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task<TaskView> MakeAsync(JobRecord job, Uri? ownBase, CancellationToken cancellationToken) => MakeAsync(job, ownBase, VideoLinkUse.Play, cancellationToken);

    /// <summary>A job as a client sees it, with a link of the kind that it wants.</summary>
    public async Task<TaskView> MakeAsync(JobRecord job, Uri? ownBase, VideoLinkUse use, CancellationToken cancellationToken)
    {
        SignedLink? link = job is { State: JobState.Completed, Video: { } video } ? await links.SignAsync(job, video, ownBase, use, cancellationToken) : null;
        Attempt? attempt = job.CurrentAttempt;
        return new TaskView
        {
            Created = job.AcceptedAt.ToUnixTimeSeconds(),
            Id = job.Id.Value,
            Model = job.Model,
            Progress = Progress(job, time.GetUtcNow()),
            Status = job.State.WireStatus,
            Phase = job.State,
            WaitingFor = job.WaitingFor,
            Results = link is null ? null : [link.Url.AbsoluteUri],
            Error = Error(job),
            TaskInfo = new VideoTaskInfo
            {
                CanCancel = !job.State.IsTerminal,
                EstimatedTime = attempt?.EstimatedSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : PollSchedule.DefaultEstimate,
            },
            Usage = Usage(job),
            Video = job is { State: JobState.Completed, Video: { } saved } ? new VideoView(saved.Size, saved.Sha256, saved.ContentType) : null,
            EvolinkTaskId = attempt?.TaskId,
            ExpiresAt = link?.ExpiresAt,
            Revision = job.Revision,
            Source = JobSource.Of(job),
            Reference = job.Reference,
            Metadata = job.Metadata,
            Webhook = job.Webhook is { } hook ? new WebhookView(hook.Host, hook.State, hook.NextAt, hook.Calls) : null,
        };
    }

    /// <summary>When it is worth asking again, in seconds, for the header <c>Retry-After</c>.</summary>
    public static string RetryAfterSeconds(JobRecord job) => SecondsToNextLook(job).ToString(CultureInfo.InvariantCulture);

    /// <summary>When it is worth asking again, in seconds, 1 to 15.</summary>
    public static int SecondsToNextLook(JobRecord job) => Math.Clamp((job.CurrentAttempt?.EstimatedSeconds ?? 50) / 10, 1, 15);

    /// <summary>
    /// Progress in percent: Evolink's last reading, or what the time since the submit makes of the estimate, whichever is more; 95 at
    /// most before the video is saved, for nobody knows better.
    /// </summary>
    public static int Progress(JobRecord job, DateTimeOffset now)
    {
        if (job.State == JobState.Completed)
            return 100;
        // From the first attempt that was accepted on, and up to the end: neither a second attempt nor a failure makes it fall.
        if (job.Attempts.FirstOrDefault(entry => entry.AcceptedAt is not null) is not { AcceptedAt: { } since, EstimatedSeconds: { } estimate and > 0 })
            return job.Progress;
        int elapsed = (int)Math.Clamp(((job.EndedAt ?? now) - since).TotalSeconds / estimate * MostBeforeTheEnd, 0, MostBeforeTheEnd);
        return Math.Max(job.Progress, elapsed);
    }

    private static VideoTaskError? Error(JobRecord job) => job switch
    {
        { State: JobState.Failed, Error: { } error } => new VideoTaskError { Code = error.Code, Message = error.Message, Type = "task_error" },
        { State: JobState.Cancelled } => new VideoTaskError { Code = "request_cancelled", Message = "The job was cancelled. Evolink cannot cancel, and may have charged for what was submitted.", Type = "task_error" },
        _ => null,
    };

    // Of all attempts together. Until Evolink has accepted one, nothing is reserved.
    private static VideoUsage Usage(JobRecord job) => new()
    {
        BillingRule = job.CurrentAttempt?.BillingRule is { } rule ? new VideoBillingRule(rule) : null,
        CreditsReserved = Sum(job, attempt => attempt.CreditsReserved) ?? 0,
        CreditsUsed = Sum(job, attempt => attempt.CreditsUsed),
        CreditsReturned = Sum(job, attempt => attempt.CreditsReturned),
        UserGroup = job.CurrentAttempt?.UserGroup is { } group ? new VideoUserGroup(group) : null,
    };

    private static decimal? Sum(JobRecord job, Func<Attempt, decimal?> credits) =>
        job.Attempts.Select(credits).OfType<decimal>().ToList() is { Count: > 0 } told ? told.Sum() : null;
}
