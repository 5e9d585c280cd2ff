using System.Collections.Concurrent;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Functions.Tasks;

/// <summary>Reads lists of jobs: the index says which, the records say how they stand.</summary>
public sealed class TaskPages(JobIndex index, GenerationStore store, ItemLoop loop)
{
    // A filter that hardly anything passes must not read a client's whole past in one request.
    private const int MostRead = 500;
    private const int AtOnce = 16;
    private const int ShownOfPrompt = 200;

    // Names alone are listed until the time that was asked for: as many at once as storage gives.
    private const int NamesAtOnce = 5000;

    /// <summary>One page.</summary>
    /// <exception cref="FormatException">The cursor is none of this list's.</exception>
    public async Task<JobPage> ReadAsync(TaskQuery query, CancellationToken cancellationToken)
    {
        List<JobRecord> jobs = [];
        IndexCursor? last = query.After;
        int read = 0;
        // One more than asked for: then the end of the list is seen.
        int chunk = query.Limit + 1;
        IAsyncEnumerable<JobIndexEntry[]> chunks = index
            .ListAsync(query.Client, query.After, query.CreatedBefore is null ? chunk : NamesAtOnce, cancellationToken)
            .SkipWhile(entry => entry.At >= query.CreatedBefore)
            .TakeWhile(entry => query.CreatedAfter is not { } from || entry.At >= from)
            .Chunk(chunk);
        await foreach (JobIndexEntry[] entries in chunks.WithCancellation(cancellationToken))
        {
            IReadOnlyList<JobRecord?> records = await ReadAllAsync([.. entries.Select(entry => entry.Id)], cancellationToken);
            IReadOnlySet<JobId> found = await SearchAsync(records, query, cancellationToken);
            foreach ((JobIndexEntry entry, JobRecord? job) in entries.Zip(records))
            {
                if (job is not null && found.Contains(job.Id))
                {
                    if (jobs.Count == query.Limit)
                        return new JobPage(jobs, last);
                    jobs.Add(job);
                }

                last = entry.Cursor;
            }

            if ((read += entries.Length) >= MostRead)
                return new JobPage(jobs, last);
        }

        return new JobPage(jobs, null);
    }

    /// <summary>The records of jobs, in the same order; null where there is none, or none that can be read: the others are shown.</summary>
    public async Task<IReadOnlyList<JobRecord?>> ReadAllAsync(IReadOnlyList<JobId> ids, CancellationToken cancellationToken)
    {
        JobRecord?[] records = new JobRecord?[ids.Count];
        await loop.RunAsync(
            "list",
            Enumerable.Range(0, ids.Count).ToAsyncEnumerable(),
            AtOnce,
            i => ids[i].Value,
            async (i, stopping) => records[i] = await store.FindAsync(ids[i], stopping),
            cancellationToken,
            // A page that lacks a job because storage did not answer would be a lie.
            e => e is InvalidDataException);
        return records;
    }

    /// <summary>The beginnings of the prompts of jobs; those of jobs whose request is gone, or cannot be read, are left out.</summary>
    public async Task<IReadOnlyDictionary<JobId, string>> ReadPromptsAsync(
        IEnumerable<JobRecord> jobs, CancellationToken cancellationToken) =>
        (await ReadWholePromptsAsync(jobs, cancellationToken)).ToDictionary(prompt => prompt.Key, prompt => Beginning(prompt.Value));

    // Prompts are read only where what the record says does not match already.
    private async Task<IReadOnlySet<JobId>> SearchAsync(
        IReadOnlyList<JobRecord?> records, TaskQuery query, CancellationToken cancellationToken)
    {
        List<JobRecord> jobs =
            [.. records.OfType<JobRecord>().Where(job => query.Statuses.Count == 0 || query.Statuses.Contains(job.State.WireStatus))];
        if (query.Text is not { } text)
            return jobs.Select(job => job.Id).ToHashSet();
        ILookup<bool, JobRecord> byRecord = jobs.ToLookup(job => NamesOf(job).Any(name => Has(name, text)));
        HashSet<JobId> found = [.. byRecord[true].Select(job => job.Id)];
        if (query.SearchesPrompts)
        {
            IReadOnlyDictionary<JobId, string> prompts = await ReadWholePromptsAsync(byRecord[false], cancellationToken);
            found.UnionWith(prompts.Where(prompt => Has(prompt.Value, text)).Select(prompt => prompt.Key));
        }

        return found;
    }

    private static IEnumerable<string?> NamesOf(JobRecord job) =>
    [
        job.Id.Value, job.Reference, job.CurrentAttempt?.TaskId, job.Origin?.UploadName, job.Origin?.MessageId, job.Origin?.Batch,
        .. job.Metadata?.Values ?? [],
    ];

    private static bool Has(string? text, string part) => text?.Contains(part, StringComparison.OrdinalIgnoreCase) == true;

    private async Task<IReadOnlyDictionary<JobId, string>> ReadWholePromptsAsync(
        IEnumerable<JobRecord> jobs, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<JobId, string> prompts = new();
        await loop.RunAsync(
            "prompts",
            jobs.ToAsyncEnumerable(),
            AtOnce,
            job => job.Id.Value,
            async (job, stopping) =>
            {
                if ((await store.ReadRequestAsync(job.Id, stopping)).Body.Prompt is { } prompt)
                    prompts[job.Id] = prompt;
            },
            cancellationToken,
            e => e is InvalidDataException or JobNotFoundException);
        return prompts;
    }

    private static string Beginning(string prompt) => prompt.Length <= ShownOfPrompt
        ? prompt
        : prompt[..(char.IsHighSurrogate(prompt[ShownOfPrompt - 1]) ? ShownOfPrompt - 1 : ShownOfPrompt)];
}

/// <summary>Which jobs are wanted.</summary>
/// <param name="Client">Whose.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="After">Behind this place; null: from the newest on.</param>
public sealed record TaskQuery(string Client, int Limit, IndexCursor? After)
{
    /// <summary>Those of one of these statuses on the wire; none: all.</summary>
    public IReadOnlySet<string> Statuses { get; init; } = new HashSet<string>();

    /// <summary>Accepted then or later.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Accepted before.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Part of the id, the client's own texts, the source's name or Evolink's task id, in whatever case; null: all.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// Whether <see cref="Text"/> may also be part of the prompt: lists show prompts to their owner alone, and so does a search.
    /// </summary>
    public bool SearchesPrompts { get; init; }
}

/// <summary>One page of jobs.</summary>
/// <param name="Jobs">The jobs, newest first.</param>
/// <param name="Next">Where the next page begins; null: there is none.</param>
public sealed record JobPage(IReadOnlyList<JobRecord> Jobs, IndexCursor? Next);
