using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Asks the account's task list what became of submits whose answers were lost. The list shows neither prompts nor keys, lags, and holds
/// other users' tasks: a task is an attempt's only where it can be nobody else's, and none is there only where none could be.
/// </summary>
public sealed partial class AccountSearch(
    GenerationStore store,
    EvolinkClient evolink,
    OpenAttempts open,
    IOptions<EvolinkOptions> options,
    TimeProvider time,
    ILogger<AccountSearch> log)
{
    private const int MostTasks = 2000;
    private const int MostRecorded = 8;
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(30);

    private readonly EvolinkOptions _options = options.Value;

    /// <summary>
    /// When the list is asked for an attempt next; null: it is not. Not before its lease is over and half an interval has passed, so that a
    /// list that lags by one and a half intervals (90 s) has caught up at the second look.
    /// </summary>
    public DateTimeOffset? DueAt(Attempt attempt)
    {
        if (!_options.AskTaskList)
            return null;
        DateTimeOffset first = Later(
            attempt.IntentAt + _options.TaskListDelay,
            SubmitSpan.Of(attempt, _options.SubmitLease).Until + (_options.TaskListInterval / 2));
        return attempt.Look switch
        {
            null => first,
            // It may be away for a moment, as everything else.
            { Result: AccountLookResult.NotOffered } look => look.At + Retry,
            { Result: AccountLookResult.Ambiguous } look => look.At + Later(_options.TaskListInterval, (look.At - first) / 8),
            { } look => look.At + _options.TaskListInterval,
        };
    }

    /// <summary>Asks for an attempt of unknown outcome. Writes nothing.</summary>
    public async Task<AccountLook> LookAsync(JobRecord job, Attempt attempt, CancellationToken cancellationToken)
    {
        DateTimeOffset at = time.GetUtcNow();
        SubmitSpan span = SubmitSpan.Of(attempt, _options.SubmitLease);
        (IReadOnlyList<ListedTask>? listed, AccountLookResult reason) = await ListAsync(span.From, cancellationToken);
        if (listed is null)
            return new AccountLook { At = at, Result = reason };
        (List<ListedTask> free, ListedTask? own) = await SortAsync(job, attempt, Near(listed, job, span), cancellationToken);
        if (own is not null)
            return new AccountLook { At = at, Result = AccountLookResult.One, Tasks = [own.Id], Rivals = 0 };
        if (free.Count == 0)
            return new AccountLook { At = at, Result = AccountLookResult.Nothing, FoundNothing = 1 };
        // What was begun later than a task is not what made it.
        DateTimeOffset made = free.Max(task => task.CreatedAt ?? at) + SubmitSpan.ClockSkew + TimeSpan.FromSeconds(1);
        OpenAttemptsAt? others = await open.ReadAsync(made, cancellationToken);
        // A job that has accepted a task and died before it claimed it has it all the same.
        free.RemoveAll(task => others?.Owners.TryGetValue(task.Id, out JobId owner) == true && owner != job.Id);
        if (free.Count == 0)
            return new AccountLook { At = at, Result = AccountLookResult.Nothing, FoundNothing = 1 };
        int? rivals = others?.Attempts.Count(other => other.Job != job.Id && free.Exists(task => CanBeOf(task, other.Model, other.Span)));
        bool isOne = !_options.AccountIsShared && rivals == 0 && free is [var only]
            && CanBeOf(only, job.Model, span) && only.CreatedAt is not null;
        return new AccountLook
        {
            At = at,
            Result = isOne ? AccountLookResult.One : AccountLookResult.Ambiguous,
            Tasks = [.. free.Take(MostRecorded).Select(task => task.Id)],
            Rivals = rivals,
        };
    }

    /// <summary>
    /// The tasks that the account shows for jobs that ended while the outcome of their submits was unknown, by job; null where there is no
    /// list.
    /// </summary>
    public async Task<IReadOnlyDictionary<JobId, IReadOnlyList<ListedTask>>?> CandidatesAsync(
        IReadOnlyList<JobRecord> jobs, CancellationToken cancellationToken)
    {
        Dictionary<JobId, IReadOnlyList<ListedTask>> candidates = [];
        if (jobs.Count == 0)
            return candidates;
        (IReadOnlyList<ListedTask>? listed, _) = await ListAsync(jobs.Min(job => job.CurrentAttempt!.FirstIntentAt), cancellationToken);
        if (listed is null)
            return null;
        foreach (JobRecord job in jobs)
        {
            SubmitSpan span = SubmitSpan.Of(job.CurrentAttempt!, _options.SubmitLease);
            candidates[job.Id] = (await SortAsync(job, job.CurrentAttempt!, Near(listed, job, span), cancellationToken)).Free;
        }

        return candidates;
    }

    // Everything back to that time: the server's own filters are not used, for a model under another name would look as if it were not
    // there.
    private async Task<(IReadOnlyList<ListedTask>? Tasks, AccountLookResult Reason)> ListAsync(
        DateTimeOffset since, CancellationToken cancellationToken)
    {
        List<ListedTask> tasks = [];
        try
        {
            await foreach (ListedTask task in evolink.ListTasksAsync(cancellationToken: cancellationToken))
            {
                if (task.CreatedAt < since - (2 * Margin))
                    return (tasks, AccountLookResult.Nothing);
                if (tasks.Count == MostTasks)
                    return (null, AccountLookResult.Failed);
                tasks.Add(task);
            }

            return (tasks, AccountLookResult.Nothing);
        }
        catch (EvolinkException e)
        {
            LogNotListed(e.Code, e.StatusCode);
            return (null, e.IsNotOffered ? AccountLookResult.NotOffered : AccountLookResult.Failed);
        }
    }

    // Wider than its own time: a clock that is wrong by more than expected must not make it look as if nothing had been created.
    private IEnumerable<ListedTask> Near(IReadOnlyList<ListedTask> listed, JobRecord job, SubmitSpan span) =>
        listed.Where(task => task.Type is null or "video" && CanBeOf(task, job.Model, span.Widened(Margin)));

    private TimeSpan Margin => _options.TaskListInterval;

    private async Task<(List<ListedTask> Free, ListedTask? Own)> SortAsync(
        JobRecord job, Attempt attempt, IEnumerable<ListedTask> tasks, CancellationToken cancellationToken)
    {
        List<ListedTask> free = [];
        foreach (ListedTask task in tasks)
        {
            JobClaim? claim = await store.Claims.FindAsync(task.Id, cancellationToken);
            // Claimed by this very attempt, which died before it could write that down.
            if (claim?.Job == job.Id && claim.Attempt == attempt.Number)
                return ([], task);
            if (claim is null)
                free.Add(task);
        }

        return (free, null);
    }

    // What the list leaves out does not speak against it.
    private static bool CanBeOf(ListedTask task, string? model, SubmitSpan span) =>
        ModelNames.CanBe(task.Model, model)
        && (task.CreatedAt is not { } created || span.Holds(created));

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    [LoggerMessage(1103, LogLevel.Warning, "The account's tasks could not be listed ({Code}, HTTP {Status}).")]
    private partial void LogNotListed(string code, int? status);
}
