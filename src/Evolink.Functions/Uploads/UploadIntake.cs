using System.Diagnostics;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Uploads;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Uploads;

/// <summary>
/// From a blob in <c>uploads/</c> to a job, or to <c>rejected/</c>. Each step may be repeated, and a crash between two leaves what the next try finishes: the image is
/// copied before its job is made, and the original of a rejected one deleted last.
/// </summary>
public sealed partial class UploadIntake(
    UploadInbox inbox,
    UploadReader reader,
    RejectedUploads rejected,
    UploadRemoval removal,
    GenerationIntake intake,
    GenerationStore store,
    IOptions<EvolinkOptions> options,
    ILogger<UploadIntake> log)
{
    /// <summary>Takes an image, or the images that a sidecar belongs to.</summary>
    public async Task TakeAsync(DurableTaskClient durable, string name, CancellationToken cancellationToken)
    {
        if (options.Value.Uploads.Client is not { Length: > 0 } client)
            LogOff(name);
        else if (!UploadNames.IsAddressable(name))
            await NoteAsync(name, cancellationToken);
        else if (!UploadNames.IsJson(name))
            await TakeAsync(durable, client, await inbox.FindAsync(name, cancellationToken), cancellationToken);
        else if (!UploadNames.IsDefaults(name))
            await TakeImagesOfAsync(durable, client, name, cancellationToken);
    }

    // Those in uploads first: one that is rejected meanwhile is found in rejected/ then.
    private async Task TakeImagesOfAsync(DurableTaskClient durable, string client, string sidecar, CancellationToken cancellationToken)
    {
        await foreach (Upload image in inbox.FindImagesOfAsync(sidecar, cancellationToken))
            await TakeAsync(durable, client, image, cancellationToken);
        await foreach (Upload image in rejected.FindImagesOfAsync(sidecar, cancellationToken))
            await TakeAsync(durable, client, image, cancellationToken);
    }

    private async Task TakeAsync(DurableTaskClient durable, string client, Upload? upload, CancellationToken cancellationToken)
    {
        if (upload is null)
            return;
        // Before its image is copied once more.
        if ((await store.LookAsync(upload.JobOf(client), cancellationToken))?.Tombstone is { } tombstone)
        {
            await RemoveAsync(upload, tombstone, cancellationToken);
            return;
        }

        switch (await reader.ReadAsync(upload, client, cancellationToken))
        {
            case UploadReading.Usable usable:
                await AcceptAsync(durable, client, upload, usable, cancellationToken);
                break;
            case UploadReading.Unusable unusable:
                await RejectAsync(client, upload, unusable.Reason, cancellationToken);
                break;
            case UploadReading.Gone:
                LogGone(upload.Name, upload.Version);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private async Task AcceptAsync(DurableTaskClient durable, string client, Upload upload, UploadReading.Usable usable, CancellationToken cancellationToken)
    {
        NewGeneration wanted = new(Upload.Source, client, usable.Request, upload.Key, [])
        {
            Origin = new JobOrigin
            {
                UploadName = upload.Name,
                UploadVersion = upload.Version,
                OutputName = options.Value.Uploads.OutputName is { Length: > 0 } template
                    ? OutputName.Render(template, upload.Name, upload.JobOf(client))
                    : null,
            },
        };
        switch (await intake.AcceptAsync(durable, wanted, cancellationToken))
        {
            // One version, one job: a conflict is a version that had other options when it was started.
            case IntakeResult.Accepted or IntakeResult.Conflict:
                LogTaken(upload.Name, upload.Version, upload.JobOf(client));
                if (upload.IsRejected)
                    await rejected.RemoveAsync(upload, cancellationToken);
                break;
            case IntakeResult.Removed removed:
                await RemoveAsync(upload, removed.Tombstone, cancellationToken);
                break;
            case IntakeResult.Refused refused:
                await RejectAsync(client, upload, RejectReason.From(refused.Issues), cancellationToken);
                break;
            case IntakeResult.NotReady notReady:
                throw new InvalidOperationException($"The upload waits in its container: the app accepts no work before {string.Join(", ", notReady.Missing)} is set.");
            default:
                throw new UnreachableException();
        }
    }

    // Its job was deleted, and this copy was left, or came back.
    private async Task RemoveAsync(Upload upload, JobTombstone tombstone, CancellationToken cancellationToken)
    {
        await removal.RemoveAsync(upload.Name, upload.Version, tombstone.RemovedAt, cancellationToken);
        LogGone(upload.Name, upload.Version);
    }

    private async Task RejectAsync(string client, Upload upload, RejectReason reason, CancellationToken cancellationToken)
    {
        if (!await rejected.KeepAsync(upload, reason, cancellationToken))
        {
            LogGone(upload.Name, upload.Version);
            return;
        }

        // Its sidecar may have come, and started it, after we looked. Whoever starts it later finds it in rejected/.
        if (await store.LookAsync(upload.JobOf(client), cancellationToken) is not null)
        {
            await rejected.RemoveAsync(upload, cancellationToken);
            return;
        }

        await RejectedUploads.RemoveOriginalAsync(upload, cancellationToken);
        LogRejected(upload.Name, upload.Version, reason.Code, reason.Message);
    }

    private async Task NoteAsync(string name, CancellationToken cancellationToken)
    {
        RejectReason reason = new(RejectReason.NameNotUsable, "The blob's name has a segment '.' or '..', which no client can address. It stays in uploads/; put the image there again under another name.");
        await rejected.NoteAsync(name, reason, cancellationToken);
        LogRejected(name, "none", reason.Code, reason.Message);
    }

    [LoggerMessage(2431, LogLevel.Information, "Upload {Name} (version {Version}) is job {JobId}.")]
    private partial void LogTaken(string name, string version, JobId jobId);

    [LoggerMessage(2432, LogLevel.Warning, "Upload {Name} (version {Version}) is not usable, {Code}: {Reason}")]
    private partial void LogRejected(string name, string version, string code, string reason);

    [LoggerMessage(2433, LogLevel.Information, "Upload {Name} (version {Version}) is not there any more; nothing was made of it.")]
    private partial void LogGone(string name, string version);

    [LoggerMessage(2434, LogLevel.Warning, "Upload {Name} stays where it is: Evolink:Uploads:Client, who would own its video, is not set.")]
    private partial void LogOff(string name);
}
