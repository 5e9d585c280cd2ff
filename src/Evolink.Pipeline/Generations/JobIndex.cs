using System.Runtime.CompilerServices;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>The jobs of a client, newest first: <c>generations/index/{client}/</c>.</summary>
public sealed class JobIndex(EvolinkStorage storage)
{
    private const string Folder = "index";

    private readonly ClientIndex _index = new(storage.Generations, Folder);

    /// <summary>The jobs of a client, newest first.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="after">Begins behind this entry; null: with the newest.</param>
    /// <param name="pageSize">How many entries storage is asked for at once.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="FormatException">Storage does not know the place that <paramref name="after"/> names.</exception>
    public async IAsyncEnumerable<JobIndexEntry> ListAsync(
        string client, IndexCursor? after, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (IndexEntry entry in _index.ListAsync(client, after, pageSize, cancellationToken))
        {
            if (JobId.TryParse(entry.Id, out JobId id))
                yield return new JobIndexEntry(id, entry.At, entry.Cursor);
        }
    }

    internal static string Path(string client, DateTimeOffset at, JobId id) => ClientIndex.Path(Folder, client, at, id.Value);
}

/// <summary>One entry of the index.</summary>
/// <param name="Id">The job.</param>
/// <param name="At">When it was accepted.</param>
/// <param name="Cursor">Its place.</param>
public sealed record JobIndexEntry(JobId Id, DateTimeOffset At, IndexCursor Cursor);
