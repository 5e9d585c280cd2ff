using System.Collections.Concurrent;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Options;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Batches;

/// <summary>Accepts whole batches: all of it or nothing. The items go through <see cref="GenerationIntake"/> when their turn comes.</summary>
public sealed partial class BatchIntake(
    BatchStore store, GenerationIntake generations, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<BatchIntake> log)
{
    private const int AtOnce = 16;

    /// <summary>Accepts a checked batch. The same client and key always meet the same batch.</summary>
    public async Task<BatchIntakeResult> AcceptAsync(
        DurableTaskClient durable, string client, string? key, BatchOrder order, IReadOnlyList<Uri> ownBases, CancellationToken cancellationToken)
    {
        if (EvolinkReadiness.Missing(options.Value) is { Count: > 0 } missing)
            return new BatchIntakeResult.NotReady(missing);
        if (await CheckImagesAsync(client, order, ownBases, cancellationToken) is { Count: > 0 } issues)
            return new BatchIntakeResult.Refused(issues);

        (BinaryData lines, var lengths) = order.Serialize();
        DateTimeOffset now = time.GetUtcNow();
        BatchRecord wanted = new()
        {
            Id = key is null ? BatchId.New() : BatchId.From(client, key),
            Client = client,
            Hub = options.Value.Hub,
            Digest = order.Digest(),
            OwnBases = [.. ownBases],
            RequestLengths = lengths,
            MaxInFlight = order.MaxInFlight,
            AcceptedAt = now,
            UpdatedAt = now,
            Items = [.. Enumerable.Repeat(BatchItemState.Waiting, lengths.Length)],
        };
        (BatchRecord? batch, bool created) = await store.CreateAsync(wanted, lines, cancellationToken);
        if (batch is null)
            return new BatchIntakeResult.Conflict();
        if (batch.EndedAt is null)
            await StartAsync(durable, batch, cancellationToken);
        LogAccepted(batch.Id, batch.Items.Length, created);
        return new BatchIntakeResult.Accepted(batch, Replayed: !created);
    }

    // Every image is looked for once, however many items show it.
    private async Task<IReadOnlyList<ValidationIssue>> CheckImagesAsync(
        string client, BatchOrder order, IReadOnlyList<Uri> ownBases, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<int, ValidationIssue> issues = [];
        await Parallel.ForEachAsync(
            order.Requests.Index().GroupBy(item => string.Join('\n', item.Item.ImageUrls ?? []), StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (items, token) =>
            {
                NewGeneration first = new(BatchId.Source, client, items.First().Item, Key: null, ownBases);
                if (await generations.CheckAsync(first, token) is not { } issue)
                    return;
                foreach ((int index, _) in items)
                    issues[index] = order.WithImageOf(index, issue);
            });
        return [.. issues.OrderBy(issue => issue.Key).Select(issue => issue.Value)];
    }

    // The record is what makes the batch: if the engine cannot be reached now, the sweep starts it later.
    private async Task StartAsync(DurableTaskClient durable, BatchRecord batch, CancellationToken cancellationToken)
    {
        try
        {
            await GenerationStarter.StartAsync(durable, new BatchRef(batch.Id), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotStarted(e, batch.Id);
        }
    }

    [LoggerMessage(2411, LogLevel.Information, "Batch {BatchId} of {Count} items accepted (new: {Created}).")]
    private partial void LogAccepted(BatchId batchId, int count, bool created);

    [LoggerMessage(2412, LogLevel.Error, "Batch {BatchId} is written, but its orchestration could not be started; the sweep will.")]
    private partial void LogNotStarted(Exception e, BatchId batchId);
}
