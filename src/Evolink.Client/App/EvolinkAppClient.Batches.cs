using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Evolink.Client;

// Batches: up to 1,000 generations in one request, all accepted or none.
public partial class EvolinkAppClient
{
    private static readonly TimeSpan BetweenBatchReads = TimeSpan.FromSeconds(5);

    /// <summary>Starts a batch of generations, or meets the one that was started with the same key.</summary>
    /// <param name="generations">1 to 1,000 generations.</param>
    /// <param name="idempotencyKey">As for <see cref="StartAsync"/>.</param>
    /// <param name="maxInFlight">Most items under way at once, from 1; <see langword="null"/>: as many as the app allows.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the batch may have been started.</param>
    /// <exception cref="EvolinkException">
    /// The app refused it, and accepted nothing (<see cref="EvolinkException.Param"/> names the item), or did not answer; the same call may
    /// be made again.
    /// </exception>
    /// <exception cref="ArgumentException">No such key is allowed.</exception>
    public virtual Task<EvolinkAppBatch> StartBatchAsync(
        IReadOnlyList<VideoGenerationRequest> generations,
        string? idempotencyKey = null,
        int? maxInFlight = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(generations);
        return StartBatchAsync(
            new EvolinkAppBatchRequest { Generations = generations, MaxInFlight = maxInFlight }, idempotencyKey, cancellationToken);
    }

    /// <summary>Starts a batch of one generation for each of some images, or meets the one that was started with the same key.</summary>
    /// <param name="template">What to generate, without an image.</param>
    /// <param name="images">1 to 1,000 links, or names of images of the client's own.</param>
    /// <param name="idempotencyKey">As for <see cref="StartAsync"/>.</param>
    /// <param name="maxInFlight">Most items under way at once, from 1; <see langword="null"/>: as many as the app allows.</param>
    /// <param name="cancellationToken">Stops waiting for the answer; the batch may have been started.</param>
    /// <exception cref="EvolinkException">
    /// The app refused it, and accepted nothing (<see cref="EvolinkException.Param"/> names the item), or did not answer; the same call may
    /// be made again.
    /// </exception>
    /// <exception cref="ArgumentException">No such key is allowed.</exception>
    public virtual Task<EvolinkAppBatch> StartBatchAsync(
        VideoGenerationRequest template,
        IReadOnlyList<string> images,
        string? idempotencyKey = null,
        int? maxInFlight = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(images);
        EvolinkAppBatchRequest request = new() { Template = template, Images = images, MaxInFlight = maxInFlight };
        return StartBatchAsync(request, idempotencyKey, cancellationToken);
    }

    /// <summary>Reads how a batch stands, without its items.</summary>
    /// <exception cref="EvolinkException">There is no such batch, or the app refused.</exception>
    public virtual async Task<EvolinkAppBatch> GetBatchAsync(string id, CancellationToken cancellationToken = default) =>
        await PageAsync(id, "?limit=1", cancellationToken).ConfigureAwait(false) with { Items = null, Next = null };

    /// <summary>Follows a batch to its end: yields it as it is now, and every five seconds. The last one is over.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="cancellationToken">Stops following; the batch goes on.</param>
    /// <exception cref="EvolinkException">There is no such batch, or the app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppBatch> WatchBatchAsync(
        string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            EvolinkAppBatch batch = await GetBatchAsync(id, cancellationToken).ConfigureAwait(false);
            yield return batch;
            if (batch.IsOver)
                yield break;
            await Task.Delay(BetweenBatchReads, _settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The items of a batch in their order, read page by page as they are asked for, each with its result so far.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="status">Those of one status; null: all.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">There is no such batch, or the app refused.</exception>
    public virtual async IAsyncEnumerable<EvolinkAppBatchItem> ListBatchItemsAsync(
        string id, VideoTaskStatus? status = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int? after = null;
        do
        {
            string query = Query(("limit", LargestPage), ("status", status?.Value), ("after", after));
            EvolinkAppBatch page = await PageAsync(id, query, cancellationToken).ConfigureAwait(false);
            foreach (EvolinkAppBatchItem item in page.Items ?? [])
                yield return item;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Starts nothing more of a batch, and cancels what is under way; Evolink may charge what was submitted.</summary>
    /// <exception cref="EvolinkException">There is no such batch, or the app refused.</exception>
    public virtual Task<EvolinkAppBatch> CancelBatchAsync(string id, CancellationToken cancellationToken = default) =>
        CallAsync(Post(OfBatch(id, "/cancel")), "cancelling the batch", EvolinkAppBatch.Read, cancellationToken);

    private Task<EvolinkAppBatch> StartBatchAsync(
        EvolinkAppBatchRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(request, EvolinkAppJsonContext.Default.EvolinkAppBatchRequest);
        return CallAsync(
            Post("v1/batches", body, IdempotencyKey.CheckedOrNew(idempotencyKey)),
            "starting the batch",
            EvolinkAppBatch.Read,
            cancellationToken);
    }

    private Task<EvolinkAppBatch> PageAsync(string id, string query, CancellationToken cancellationToken)
    {
        Uri address = OfBatch(id, query);
        return CallAsync(
            () => new HttpRequestMessage(HttpMethod.Get, address), "reading the batch", EvolinkAppBatch.Read, cancellationToken);
    }

    private Uri OfBatch(string id, string call) => At($"v1/batches/{Segment(id)}{call}");
}
