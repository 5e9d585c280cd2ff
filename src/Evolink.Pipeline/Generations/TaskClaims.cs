using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>Which job owns a task of Evolink's: <c>generations/claims/{taskId}</c>, created if absent.</summary>
public sealed class TaskClaims(EvolinkStorage storage)
{
    private static readonly SearchValues<char> PlainInPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private readonly BlobContainerClient _container = storage.Generations;

    /// <summary>Makes <paramref name="id"/> the owner of a task, unless another job is.</summary>
    /// <returns>Whether the job owns the task now.</returns>
    public async Task<bool> ClaimAsync(string taskId, JobId id, int attempt, CancellationToken cancellationToken) =>
        await _container.TryCreateAsync(Path(taskId), JsonBlobs.Json(new JobClaim(id, attempt), PipelineJsonContext.Default.JobClaim), cancellationToken)
        || (await FindAsync(taskId, cancellationToken))?.Job == id;

    /// <summary>Which job owns a task; null where none does.</summary>
    public async Task<JobClaim?> FindAsync(string taskId, CancellationToken cancellationToken) =>
        (await _container.FindAsync(Path(taskId), PipelineJsonContext.Default.JobClaim, cancellationToken))?.Value;

    /// <summary>Takes a task away from a job, unless another one owns it.</summary>
    public async Task FreeAsync(string taskId, JobId id, CancellationToken cancellationToken)
    {
        (JobClaim Value, ETag ETag)? found = await _container.FindAsync(Path(taskId), PipelineJsonContext.Default.JobClaim, cancellationToken);
        if (found is { } claim && claim.Value.Job == id)
            await _container.GetBlobClient(Path(taskId)).TryDeleteAsync(claim.ETag, cancellationToken);
    }

    // A task id is the provider's text: one of an odd form is kept under its hash, so that it cannot shape the path.
    private static string Path(string taskId) => !taskId.AsSpan().ContainsAnyExcept(PlainInPath)
        ? $"claims/{taskId}"
        : $"claims/sha256-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(taskId)))}";
}
