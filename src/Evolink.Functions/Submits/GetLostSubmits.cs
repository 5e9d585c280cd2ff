using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Submits;

/// <summary>
/// <c>GET /v1/submits/lost</c>, for operators: the jobs that were given up because nobody knows what became of their submit, each with the
/// tasks that it could be.
/// </summary>
public sealed class GetLostSubmits(GenerationStore store, AccountSearch account)
{
    private const int Most = 100;

    /// <summary>The newest hundred; the account's task list is asked now.</summary>
    [Function(nameof(GetLostSubmits))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/submits/lost")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!request.HttpContext.Caller.IsOperator)
            return Errors.OperatorsOnly;
        List<JobRecord> jobs = await ReadAsync(cancellationToken);
        IReadOnlyDictionary<JobId, IReadOnlyList<ListedTask>>? shown = await account.CandidatesAsync(jobs, cancellationToken);
        return TypedResults.Json(
            new LostSubmitList([.. jobs.Select(job => LostSubmitView.Of(job, shown?.GetValueOrDefault(job.Id)))], shown is not null),
            FunctionsJsonContext.Default.LostSubmitList);
    }

    private async Task<List<JobRecord>> ReadAsync(CancellationToken cancellationToken)
    {
        List<LostSubmit> noted = [];
        await foreach (LostSubmit lost in store.Lost.ListAsync(cancellationToken))
            noted.Add(lost);
        List<JobRecord> jobs = [];
        foreach (JobId id in Enumerable.Reverse(noted).Select(lost => lost.Id).Distinct())
        {
            if (jobs.Count < Most && await FindAsync(id, cancellationToken) is { IsLost: true } job)
                jobs.Add(job);
        }

        return jobs;
    }

    // One that cannot be read does not hide the others; the sweep tells of it.
    private async Task<JobRecord?> FindAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(id, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

/// <summary>Jobs that were given up because nobody knows what became of their submit.</summary>
/// <param name="Data">The jobs, newest first.</param>
/// <param name="AccountListed">Whether the account's task list could be asked; without it, candidates are those that are known from
/// before.</param>
public sealed record LostSubmitList(IReadOnlyList<LostSubmitView> Data, bool AccountListed);

/// <summary>A job that was given up because nobody knows what became of its submit.</summary>
/// <param name="Id">The job.</param>
/// <param name="Client">Its client.</param>
/// <param name="Model">Its model.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="Candidates">Tasks of its model and time that no job owns, or that a callback named: <c>attach</c> takes one.</param>
public sealed record LostSubmitView(
    string Id, string Client, string Model, int Attempt, DateTimeOffset SentAt, IReadOnlyList<LostTaskView> Candidates)
{
    internal static LostSubmitView Of(JobRecord job, IReadOnlyList<ListedTask>? shown)
    {
        Attempt attempt = job.CurrentAttempt!;
        IEnumerable<LostTaskView> listed = (shown ?? []).Select(task => new LostTaskView(
            task.Id, task.Status.Value, task.CreatedAt, attempt.Candidates.Contains(task.Id)));
        IEnumerable<LostTaskView> known = attempt.Candidates.Concat(shown is null ? attempt.Look?.Tasks ?? [] : [])
            .Select(id => new LostTaskView(id, null, null, attempt.Candidates.Contains(id)));
        return new LostSubmitView(
            job.Id.Value,
            job.Client,
            job.Model,
            attempt.Number,
            attempt.IntentAt,
            [.. listed.Concat(known).DistinctBy(task => task.Id, StringComparer.Ordinal)]);
    }
}

/// <summary>A task that a lost submit could have made.</summary>
/// <param name="Id">Evolink's id of the task.</param>
/// <param name="Status">How it stands, where the list says so.</param>
/// <param name="CreatedAt">When it was made, where the list says so.</param>
/// <param name="CalledBack">Whether a signed callback for this very job named it.</param>
public sealed record LostTaskView(string Id, string? Status, DateTimeOffset? CreatedAt, bool CalledBack);
