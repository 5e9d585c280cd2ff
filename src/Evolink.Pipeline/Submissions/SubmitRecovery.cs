using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Tasks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>Finds out what became of a submit whose answer was lost, without ever sending it a second time on its own account.</summary>
public sealed partial class SubmitRecovery(
    GenerationStore store,
    TaskReader tasks,
    AccountSearch account,
    IOptions<EvolinkOptions> options,
    TimeProvider time,
    ILogger<SubmitRecovery> log)
{
    // Two clocks are compared: Evolink's in a task's `created`, ours in the intent.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LongestLateLook = TimeSpan.FromHours(1);

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>
    /// Tries, in this order: adoption of a task that a callback named, one replay where the operator trusts the provider's key, the
    /// account's task list, waiting.
    /// </summary>
    public async Task<Recovery> TryAsync(JobRecord job, string owner, TimeSpan lease, CancellationToken cancellationToken)
    {
        Attempt attempt = job.CurrentAttempt!;
        DateTimeOffset now = time.GetUtcNow();
        Adoption adoption = await AdoptAsync(job, attempt, cancellationToken);
        if (adoption.Attempt is { } adopted)
            return new Recovery.Adopted(adopted);
        if (job.CancelRequestedAt is not null)
            return new Recovery.GivenUp();
        // A replay under way is another execution's: its lease is waited out.
        if (attempt.Replayed && attempt.LeaseUntil > now)
            return new Recovery.Wait(attempt.LeaseUntil);
        if (_options.TrustIdempotencyKey && !attempt.Replayed)
        {
            JobRecord taken = await store.UpdateAsync(job, record => record.WithReplay(owner, now + lease, now), cancellationToken);
            return taken.CurrentAttempt?.Owner == owner ? new Recovery.Replay(taken) : new Recovery.Wait(now + ShortestLook);
        }

        return account.DueAt(attempt) <= now
            ? await AskAsync(job, attempt, adoption, now, cancellationToken)
            : await WaitOrGiveUpAsync(job, attempt, adoption.OpenUntil, now, cancellationToken);
    }

    private async Task<Recovery> AskAsync(
        JobRecord job, Attempt attempt, Adoption adoption, DateTimeOffset now, CancellationToken cancellationToken)
    {
        AccountLook look = await account.LookAsync(job, attempt, cancellationToken);
        LogAsked(job.Id, attempt.Number, look.Result, string.Join(", ", look.Tasks), look.Rivals);
        JobRecord noted = await store.UpdateAsync(
            job, record => record.WithLook(attempt, look, _options.TaskListInterval, time.GetUtcNow()), cancellationToken);
        // Sent again, adopted by another execution, or over: whoever comes next sees which.
        if (noted.CurrentAttempt is not { State: AttemptState.Unknown } unknown || noted.State.IsTerminal)
            return new Recovery.Wait(now);
        if (look.Result == AccountLookResult.One && await AdoptListedAsync(noted, unknown, look.Tasks[0], cancellationToken) is { } adopted)
            return new Recovery.Adopted(adopted);
        return await WaitOrGiveUpAsync(noted, unknown, adoption.OpenUntil, now, cancellationToken);
    }

    private async Task<Attempt?> AdoptListedAsync(JobRecord job, Attempt attempt, string taskId, CancellationToken cancellationToken)
    {
        // A callback that named another task, which nobody owns and the list does not show yet, says that this one may not be ours.
        foreach (string candidate in attempt.Candidates.Where(candidate => candidate != taskId))
        {
            if (await store.Claims.FindAsync(candidate, cancellationToken) is not { } claim || claim.Job == job.Id)
                return null;
        }

        return (await tasks.TryReadAsync(taskId, cancellationToken)).Task is { } task && Fits(task, taskId, job, attempt)
            ? await AdoptAsync(job, attempt, taskId, task, JobTransitions.WithAdopted, cancellationToken)
            : null;
    }

    private async Task<Recovery> WaitOrGiveUpAsync(JobRecord job, Attempt attempt, DateTimeOffset? openUntil, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset since = attempt.UnknownSince ?? now;
        DateTimeOffset end = since + _options.RecoveryWindow;
        // A task that was named, and could not be looked at, is most likely ours: it is worth a longer wait than one that may come.
        if (openUntil > end)
            end = openUntil.Value;
        // Without a callback of ours in the request, and without a list, there is nothing to wait for.
        DateTimeOffset? asked = attempt.Look?.Result == AccountLookResult.NotOffered ? null : account.DueAt(attempt);
        if ((attempt.Intent.CallbackBase is not null || asked is not null) && now < end)
        {
            TimeSpan longest = now < since + _options.RecoveryWindow ? LongestLook : LongestLateLook;
            TimeSpan look = TimeSpan.FromTicks(Math.Clamp((now - since).Ticks / 2, ShortestLook.Ticks, longest.Ticks));
            DateTimeOffset next = attempt.Intent.CallbackBase is null ? asked!.Value : asked < now + look ? asked.Value : now + look;
            return new Recovery.Wait(next < end ? next : end);
        }

        JobRecord ended = await store.UpdateAsync(job, record => record.WithGivenUp(job.CurrentRef, OutcomeUnknown(attempt), now), cancellationToken);
        if (ended.Error is null && !ended.State.IsTerminal)
            return new Recovery.Wait(now);
        LogGivenUp(job.Id, attempt.Number);
        return new Recovery.GivenUp();
    }

    /// <summary>
    /// Adopts the task that a signed callback named, if Evolink knows it, no other job owns it, and nothing else could be meant. A callback may
    /// name another job's task by the provider's mistake: whoever took it would get a stranger's video.
    /// </summary>
    public async Task<Adoption> AdoptAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        if (attempt.Candidates is [])
            return Adoption.None;
        DateTimeOffset now = time.GetUtcNow();
        DateTimeOffset settled = attempt.NamedAt is { } named ? named + _options.CallbackSettling : now;
        DateTimeOffset openUntil = settled;
        List<(string Id, VideoTask Task)> fitting = [];
        foreach (string candidate in attempt.Candidates)
        {
            if (await store.Claims.FindAsync(candidate, cancellationToken) is { } claim && claim.Job != job.Id)
                continue;
            (VideoTask? task, EvolinkException? failure) = await tasks.TryReadAsync(candidate, cancellationToken);
            if (task is null)
                openUntil = Later(openUntil, OpenUntil(attempt, failure));
            // The one that cannot be read may be the right one.
            if (task is null && failure?.StatusCode != 404)
                settled = Later(settled, (attempt.UnknownSince ?? attempt.IntentAt) + _options.RecoveryWindow);
            if (task is not null && Fits(task, candidate, job, attempt))
                fitting.Add((candidate, task));
        }

        // Of two, one is another job's, which will claim it when it gets that far.
        if (fitting.Count > 1)
            openUntil = Later(openUntil, attempt.IntentAt + _options.GenerationDeadline);
        return fitting is [var only] && now >= settled && await AdoptAsync(job, attempt, only.Id, only.Task, JobTransitions.WithAdopted, cancellationToken) is { } adopted
            ? new Adoption(adopted, OpenUntil: null)
            : new Adoption(Attempt: null, openUntil);
    }

    /// <summary>Whether a task that a signed callback named for an attempt can be its own: by model, and by time.</summary>
    public async Task<TaskConfirmation> ConfirmAsync(JobRecord job, Attempt attempt, string taskId, CancellationToken cancellationToken) =>
        (await ReadAsync(job, attempt, taskId, cancellationToken)).Confirmation;

    /// <summary>
    /// Takes the task that a signed callback named for a cancelled job of unknown outcome: the job stays cancelled, its cost is told, and no
    /// other job, for which the task would be one too many, can take it for its own.
    /// </summary>
    public async Task<TaskConfirmation> AdoptAfterCancelAsync(JobRecord job, Attempt attempt, string taskId, CancellationToken cancellationToken)
    {
        (TaskConfirmation confirmation, VideoTask? task) = await ReadAsync(job, attempt, taskId, cancellationToken);
        if (confirmation == TaskConfirmation.Fits)
            await AdoptAsync(job, attempt, taskId, task!, JobTransitions.WithAdoptedAfterCancel, cancellationToken);
        return confirmation;
    }

    private async Task<(TaskConfirmation Confirmation, VideoTask? Task)> ReadAsync(
        JobRecord job, Attempt attempt, string taskId, CancellationToken cancellationToken)
    {
        (VideoTask? task, EvolinkException? failure) = await tasks.TryReadAsync(taskId, cancellationToken);
        if (task is null)
            return (failure?.StatusCode == 404 ? TaskConfirmation.Differs : TaskConfirmation.Unreadable, null);
        bool isOfItsTime = task.CreatedAt is null || SubmitSpan.Of(attempt, _options.SubmitLease).Holds(CreatedAt(task));
        return (isOfItsTime && Fits(task, taskId, job, attempt) ? TaskConfirmation.Fits : TaskConfirmation.Differs, task);
    }

    private async Task<Attempt?> AdoptAsync(
        JobRecord job,
        Attempt attempt,
        string taskId,
        VideoTask task,
        Func<JobRecord, int, Func<Attempt, Attempt>, DateTimeOffset, JobRecord> transition,
        CancellationToken cancellationToken)
    {
        if (!await store.Claims.ClaimAsync(taskId, job.Id, attempt.Number, cancellationToken))
            return null;
        JobRecord adopted = await store.UpdateAsync(job, record => transition(record, attempt.Number, Adopt, time.GetUtcNow()), cancellationToken);
        if (adopted.CurrentAttempt is not { State: AttemptState.Accepted } entry || entry.TaskId != taskId)
            return null;
        LogAdopted(job.Id, attempt.Number, taskId);
        return entry;

        Attempt Adopt(Attempt entry) => SubmitEntries.Accepted(entry, new SubmittedTask(task with { Id = taskId }, entry.RequestId, IsReplay: false), CreatedAt(task));
    }

    // As for a task that is known: while Evolink cannot be asked the deadline is as long again, and that it does not know a task is believed
    // after a while.
    private DateTimeOffset OpenUntil(Attempt attempt, EvolinkException? failure) => failure?.StatusCode == 404
        ? (attempt.UnknownSince ?? attempt.IntentAt) + _options.TaskNotFoundGrace
        : attempt.IntentAt + (2 * _options.GenerationDeadline);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    // What Evolink leaves out does not speak against it: the callback was signed for this attempt, and the task is read with our own key.
    private bool Fits(VideoTask task, string taskId, JobRecord job, Attempt attempt) =>
        (task.Id is null || task.Id == taskId)
        && ModelNames.CanBe(task.Model, job.Model)
        && (task.CreatedAt is null || CreatedAt(task) >= attempt.FirstIntentAt - ClockSkew);

    private DateTimeOffset CreatedAt(VideoTask task)
    {
        DateTimeOffset now = time.GetUtcNow();
        return task.CreatedAt is { } created && created.ToUnixTimeSeconds() < now.ToUnixTimeSeconds() ? created : now;
    }

    private static JobError OutcomeUnknown(Attempt attempt) => new(
        "submission_outcome_unknown",
        $"Attempt {attempt.Number} was sent at {attempt.IntentAt:u} and its answer was lost: it may have been charged. "
        + (attempt.Candidates is [] ? "" : $"Callbacks named {string.Join(", ", attempt.Candidates)}, which could not be confirmed. ")
        + (attempt.Look is { Tasks: not [] and var seen }
            ? $"The account's list shows {string.Join(", ", seen)}, of which more than one attempt could be the owner. "
            : "")
        + "Look for a task of that time"
        + " in Evolink's dashboard; if there is one, an operator attaches it with POST /v1/tasks/{id}/attach, and the video is saved. A new generation may be charged a second time.");

    [LoggerMessage(
        1104,
        LogLevel.Information,
        "Job {JobId}: the account's task list says {Result} of attempt {Attempt} ({Tasks}; other attempts: {Rivals}).")]
    private partial void LogAsked(JobId jobId, int attempt, AccountLookResult result, string tasks, int? rivals);

    [LoggerMessage(
        1101,
        LogLevel.Information,
        "Job {JobId}: attempt {Attempt} of unknown outcome is task {TaskId}, as was found out, and Evolink confirmed.")]
    private partial void LogAdopted(JobId jobId, int attempt, string taskId);

    [LoggerMessage(1102, LogLevel.Error, "Job {JobId}: the outcome of attempt {Attempt} stays unknown; it may have been charged. An operator must look.")]
    private partial void LogGivenUp(JobId jobId, int attempt);
}

/// <summary>Whether a task can be an attempt's.</summary>
public enum TaskConfirmation
{
    /// <summary>It can.</summary>
    Fits,

    /// <summary>It is another one's, or Evolink does not know it.</summary>
    Differs,

    /// <summary>Evolink could not be asked.</summary>
    Unreadable,
}

/// <summary>What became of the task ids that callbacks named.</summary>
/// <param name="Attempt">The ledger entry, accepted now; null where no task could be adopted.</param>
/// <param name="OpenUntil">Until when a named task is worth waiting for that could not be read, or is not alone; null where none was named.</param>
public sealed record Adoption(Attempt? Attempt, DateTimeOffset? OpenUntil)
{
    /// <summary>No callback named a task.</summary>
    public static Adoption None { get; } = new(null, null);
}
