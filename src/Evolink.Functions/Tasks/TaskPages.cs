using System.Collections.Concurrent;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Functions.Tasks;

/// <summary>Reads lists of jobs: the index says which, the records say how they stand.</summary>
public sealed class TaskPages(JobIndex index, GenerationStore store, ItemLoop loop)
{
    // A filter that hardly anything passes must not read a client's whole past in one request.
    private const int MostRead = 500;
    private const int AtOnce = 16;
    private const int ShownOfPrompt = 200;

    /// <summary>One page.</summary>
    /// <exception cref="FormatException">The cursor is none of this list's.</exception>
    public async Task<JobPage> ReadAsync(TaskQuery query, CancellationToken cancellationToken)
    {
        List<JobRecord> jobs = [];
        JobCursor? last = query.After;
        int read = 0;
        // One more than asked for: then the end of the list is seen.
        int chunk = query.Limit + 1;
        await foreach (JobIndexEntry[] entries in index.ListAsync(query.Client, query.After, chunk, cancellationToken).Chunk(chunk).WithCancellation(cancellationToken))
        {
            IReadOnlyList<JobRecord?> records = await ReadAllAsync([.. entries.Select(entry => entry.Id)], cancellationToken);
            foreach ((JobIndexEntry entry, JobRecord? job) in entries.Zip(records))
            {
                if (job is not null && (query.Status is null || query.Status == job.State.WireStatus))
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
    public async Task<IReadOnlyDictionary<JobId, string>> ReadPromptsAsync(IEnumerable<JobRecord> jobs, CancellationToken cancellationToken)
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
                    prompts[job.Id] = Beginning(prompt);
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
/// <param name="Status">Those of one status on the wire; null: all.</param>
/// <param name="Limit">At most so many.</param>
/// <param name="After">Behind this place; null: from the newest on.</param>
public sealed record TaskQuery(string Client, string? Status, int Limit, JobCursor? After);

/// <summary>One page of jobs.</summary>
/// <param name="Jobs">The jobs, newest first.</param>
/// <param name="Next">Where the next page begins; null: there is none.</param>
public sealed record JobPage(IReadOnlyList<JobRecord> Jobs, JobCursor? Next);
