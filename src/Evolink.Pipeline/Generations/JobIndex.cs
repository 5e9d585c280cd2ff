using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>The jobs of a client, newest first: <c>generations/index/{client}/</c>.</summary>
public sealed class JobIndex(EvolinkStorage storage)
{
    private const int TicksLength = 19;

    /// <summary>The jobs of a client, newest first.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="after">Begins behind this entry; null: with the newest.</param>
    /// <param name="pageSize">How many entries storage is asked for at once.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="FormatException">Storage does not know the place that <paramref name="after"/> names.</exception>
    public async IAsyncEnumerable<JobIndexEntry> ListAsync(
        string client, JobCursor? after, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string prefix = Prefix(client);
        string? page = after?.Page;
        IAsyncEnumerator<Page<BlobItem>> pages = storage.Generations
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).AsPages(page, pageSize).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await NextAsync(pages, after))
            {
                foreach (string name in pages.Current.Values.Select(blob => blob.Name[prefix.Length..]))
                {
                    // Pages shift while jobs come in: what counts is the name, the page only says where to begin looking.
                    if (string.CompareOrdinal(name, after?.Name) > 0 && name.Length > TicksLength && JobId.TryParse(name[(TicksLength + 1)..], out JobId id))
                        yield return new JobIndexEntry(id, new JobCursor(page, name));
                }

                page = pages.Current.ContinuationToken;
            }
        }
    }

    // Blobs are listed in the order of their names: inverted ticks put the newest first.
    internal static string Path(string client, DateTimeOffset at, JobId id) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(client)}{DateTime.MaxValue.Ticks - at.UtcTicks:D19}-{id}");

    private static string Prefix(string client) => $"index/{client}/";

    private static async Task<bool> NextAsync(IAsyncEnumerator<Page<BlobItem>> pages, JobCursor? after)
    {
        try
        {
            return await pages.MoveNextAsync();
        }
        catch (RequestFailedException e) when (e.Status == 400 && after?.Page is not null)
        {
            throw new FormatException("The cursor names a place that storage does not know.", e);
        }
    }
}

/// <summary>One entry of the index.</summary>
/// <param name="Id">The job.</param>
/// <param name="Cursor">Its place.</param>
public sealed record JobIndexEntry(JobId Id, JobCursor Cursor);
