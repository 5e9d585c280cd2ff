using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>
/// Jobs that ended while the outcome of their submit was unknown: <c>generations/lost/{from}-{until}-{id}</c>, empty blobs. A task of that
/// time that nobody owns may be theirs, so that no other job may take it; and operators look for it.
/// </summary>
public sealed class LostSubmits(EvolinkStorage storage)
{
    private const string Prefix = "lost/";
    private const int Digits = 12;

    private readonly BlobContainerClient _container = storage.Generations;

    /// <summary>Notes a job, before it ends.</summary>
    public Task NoteAsync(JobId id, SubmitSpan span, CancellationToken cancellationToken) =>
        _container.TryCreateAsync(Path(id, span), BinaryData.Empty, cancellationToken);

    /// <summary>All of them, oldest first.</summary>
    public async IAsyncEnumerable<LostSubmit> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Prefix, cancellationToken))
        {
            if (Read(blob.Name[Prefix.Length..]) is { } lost)
                yield return lost;
        }
    }

    /// <summary>Removes the notes of a job that is removed.</summary>
    public async Task RemoveAsync(JobId id, CancellationToken cancellationToken)
    {
        await foreach (LostSubmit lost in ListAsync(cancellationToken))
        {
            if (lost.Id == id)
                await _container.GetBlobClient(Path(id, lost.Span)).DeleteIfExistsAsync(cancellationToken: cancellationToken);
        }
    }

    private static LostSubmit? Read(string name) =>
        name.Split('-', 3) is [var from, var until, var id] && Seconds(from) is { } begin && Seconds(until) is { } end
            && JobId.TryParse(id, out JobId job)
            ? new LostSubmit(job, new SubmitSpan(begin, end))
            : null;

    private static DateTimeOffset? Seconds(string text) =>
        text.Length == Digits && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    private static string Path(JobId id, SubmitSpan span) => string.Create(
        CultureInfo.InvariantCulture, $"{Prefix}{span.From.ToUnixTimeSeconds():D12}-{span.Until.ToUnixTimeSeconds():D12}-{id}");
}

/// <summary>A job that ended while the outcome of its submit was unknown.</summary>
/// <param name="Id">The job.</param>
/// <param name="Span">When its task was made, if there is one.</param>
public sealed record LostSubmit(JobId Id, SubmitSpan Span);
