using System.Diagnostics;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Generations;

/// <summary>The one way in: every trigger ends here. Writes the job and starts its orchestration; the same identity meets the same job.</summary>
public sealed partial class GenerationIntake(
    GenerationStore store, ImageStore images, ClientQuota quota, IOptions<EvolinkOptions> options, PipelineMetrics metrics, TimeProvider time, ILogger<GenerationIntake> log)
{
    /// <summary>Accepts a checked request.</summary>
    public async Task<IntakeResult> AcceptAsync(DurableTaskClient durable, NewGeneration generation, CancellationToken cancellationToken)
    {
        if (EvolinkReadiness.Missing(options.Value) is { Count: > 0 } missing)
            return new IntakeResult.NotReady(missing);

        JobRecord wanted = NewRecord(generation);
        // What has an identity may have come before.
        StoredJob? before = generation.Key is null ? null : await store.LookAsync(wanted.Id, cancellationToken);
        if (before?.Tombstone is { } tombstone)
            return Removed(tombstone);
        if (before is null && await CheckAsync(generation, cancellationToken) is { } issue)
            return new IntakeResult.Refused([issue]);

        using Activity? activity = JobTrace.BeginAccept(generation.Source);
        // What was accepted before is not refused now: sending it again takes nothing more. A crash after this leaves a place taken until the sweep
        // sees that there is nobody in it.
        if (!generation.Waits && before is null && await quota.AdmitAsync(wanted, cancellationToken) is { } refusal)
            return new IntakeResult.OverQuota(refusal, quota.RetryAfter(refusal));
        (JobRecord? job, bool created) = await CreateAsync(wanted, generation, cancellationToken);
        if (job is null && (await store.LookAsync(wanted.Id, cancellationToken))?.Tombstone is { } removed)
            return Removed(removed);
        if (job is null || job.RequestDigest != wanted.RequestDigest || job.Client != wanted.Client)
            return new IntakeResult.Conflict();

        activity?.SetTag("evolink.job.id", job.Id.Value);
        if (!created)
        {
            metrics.DuplicateSuppressed("intake");
            activity.LinkTo(job);
        }

        if (!job.State.IsTerminal)
            await StartAsync(durable, job, cancellationToken);
        LogAccepted(job.Id, job.Source, created);
        return new IntakeResult.Accepted(job, Replayed: !created);
    }

    /// <summary>
    /// What is wrong with a request beyond its form: an image of this service that the client does not have; null where nothing is. An image that is
    /// there counts as used from now on, so that it does not go by its age before the job is written.
    /// </summary>
    public async Task<ValidationIssue?> CheckAsync(NewGeneration generation, CancellationToken cancellationToken) =>
        OwnImage(generation) is { } own && !await images.TouchAsync(generation.Client, own, cancellationToken) ? NoSuchImage(generation.Request) : null;

    private IntakeResult.Removed Removed(JobTombstone tombstone)
    {
        metrics.DuplicateSuppressed("intake");
        LogRemoved(tombstone.Id, tombstone.RemovedAt);
        return new IntakeResult.Removed(tombstone);
    }

    private static string? OwnImage(NewGeneration generation) =>
        generation.Request.ImageUrls is [var url] ? ImageLinks.Own(url, generation.OwnBases) : null;

    private static ValidationIssue NoSuchImage(VideoGenerationRequest request) => new(
        Param(request), ValidationCodes.NotSupported, $"'{Param(request)}' names an image of this service that you have not uploaded, or that has expired; POST it to /v1/images first.");

    private static string Param(VideoGenerationRequest request) => request.ImageUrls is [['/', ..]] ? "image" : "image_urls[0]";

    private JobRecord NewRecord(NewGeneration generation)
    {
        DateTimeOffset now = time.GetUtcNow();
        JobId id = generation.Key is { } key ? JobId.From(generation.Source, generation.Client, key) : JobId.New();
        return new JobRecord
        {
            Id = id,
            Client = generation.Client,
            Hub = options.Value.Hub,
            Source = generation.Source,
            Origin = generation.Origin,
            Reference = generation.Request.Reference,
            Metadata = generation.Request.Metadata is { Count: > 0 } metadata ? metadata : null,
            RequestDigest = RequestDigest.Of(generation.Request),
            Model = generation.Request.Model ?? VideoGenerationRequest.Wan26ImageToVideo,
            Duration = generation.Request.Duration,
            Quality = generation.Request.Quality,
            Webhook = JobWebhook.Of(generation.Request.CallbackUrl),
            State = JobState.Accepted,
            AcceptedAt = now,
            UpdatedAt = now,
            TraceParent = JobTrace.CurrentParent,
            Timeline = [new StateChange(now, JobState.Accepted, 1)],
        };
    }

    // A write that failed leaves no place taken. Should the job be there all the same, because its answer alone was lost, it is let in
    // again before its submit; and should this fail too, the sweep sees that there is nobody in the place.
    private async Task<(JobRecord? Record, bool Created)> CreateAsync(
        JobRecord wanted, NewGeneration generation, CancellationToken cancellationToken)
    {
        try
        {
            return await store.CreateAsync(wanted, new StoredRequest(generation.Request, OwnImage(generation)), cancellationToken);
        }
        catch when (!generation.Waits && quota.IsLimited(wanted.Client))
        {
            await FreeAsync(wanted);
            throw;
        }
    }

    private async Task FreeAsync(JobRecord wanted)
    {
        try
        {
            await quota.FreeAsync(wanted.Client, wanted.Id, job: null, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogNotFreed(e, wanted.Id, wanted.Client);
        }
    }

    // The record is what makes the job: if the engine cannot be reached now, the sweep starts it later.
    private async Task StartAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            await GenerationStarter.StartAsync(durable, job.Ref, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotStarted(e, job.Id);
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "Job {JobId} accepted from {Source} (new: {Created}).")]
    private partial void LogAccepted(JobId jobId, string source, bool created);

    [LoggerMessage(2003, LogLevel.Information, "Job {JobId} was asked for again, but was deleted at {RemovedAt:u}; nothing was made of it.")]
    private partial void LogRemoved(JobId jobId, DateTimeOffset removedAt);

    [LoggerMessage(2002, LogLevel.Error, "Job {JobId} is written, but its orchestration could not be started; the sweep will.")]
    private partial void LogNotStarted(Exception e, JobId jobId);

    [LoggerMessage(
        2004, LogLevel.Warning, "Job {JobId} could not be written, nor its place among those of client {Client} be freed; the sweep will.")]
    private partial void LogNotFreed(Exception e, JobId jobId, string client);
}
