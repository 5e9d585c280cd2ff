using System.Globalization;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Evolink.Pipeline.Storage;

/// <summary>What belongs to a client, newest first: empty blobs <c>{folder}/{client}/{inverted ticks}-{id}</c>.</summary>
/// <param name="container">Where they lie.</param>
/// <param name="folder">Folder of the index.</param>
public sealed class ClientIndex(BlobContainerClient container, string folder)
{
    private const int TicksLength = 19;

    /// <summary>The entries of a client, newest first.</summary>
    /// <param name="client">Its name.</param>
    /// <param name="after">Begins behind this entry; null: with the newest.</param>
    /// <param name="pageSize">How many entries storage is asked for at once.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="FormatException">Storage does not know the place that <paramref name="after"/> names.</exception>
    public async IAsyncEnumerable<IndexEntry> ListAsync(
        string client, IndexCursor? after, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string prefix = $"{folder}/{client}/";
        string? page = after?.Page;
        IAsyncEnumerator<Page<BlobItem>> pages = container
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken)
            .AsPages(page, pageSize)
            .GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await NextAsync(pages, after))
            {
                foreach (string name in pages.Current.Values.Select(blob => blob.Name[prefix.Length..]))
                {
                    // Pages shift while entries come in: what counts is the name, the page only says where to begin looking.
                    if (string.CompareOrdinal(name, after?.Name) > 0 && TimeOf(name) is { } at)
                        yield return new IndexEntry(name[(TicksLength + 1)..], at, new IndexCursor(page, name));
                }

                page = pages.Current.ContinuationToken;
            }
        }
    }

    /// <summary>Path of an entry. Blobs are listed in the order of their names: inverted ticks put the newest first.</summary>
    public static string Path(string folder, string client, DateTimeOffset at, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{folder}/{client}/{DateTime.MaxValue.Ticks - at.UtcTicks:D19}-{id}");

    private static DateTimeOffset? TimeOf(string name) => name.Length > TicksLength + 1
        && long.TryParse(name.AsSpan(0, TicksLength), NumberStyles.None, CultureInfo.InvariantCulture, out long inverted)
        && DateTime.MaxValue.Ticks - inverted is >= 0 and var ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : null;

    private static async Task<bool> NextAsync(IAsyncEnumerator<Page<BlobItem>> pages, IndexCursor? after)
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

/// <summary>One entry of an index.</summary>
/// <param name="Id">What it names.</param>
/// <param name="At">The time that it is ordered by, in UTC.</param>
/// <param name="Cursor">Its place.</param>
public sealed record IndexEntry(string Id, DateTimeOffset At, IndexCursor Cursor);
