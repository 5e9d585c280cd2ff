using System.Collections.Immutable;
using System.Globalization;
using Evolink.Client;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Images;

/// <summary>Decides how the client's own files reach Evolink, before anything is paid.</summary>
public sealed class ImageDispatch(ImageStore images, LinkSigner signer, EvolinkClient evolink, IOptions<EvolinkOptions> options, TimeProvider time)
{
    // Evolink keeps an uploaded file for 72 hours; one that is near its end is uploaded anew.
    private static readonly TimeSpan UploadKept = TimeSpan.FromHours(48);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private const string NoFilesApi =
        "Evolink's Files API takes images only, and this app has no public address (Evolink:PublicBaseUrl) at which Evolink could fetch "
        + "audio or video; give a public link.";

    private readonly EvolinkOptions _options = options.Value;

    private static JobError Gone => new("image_not_found", "A file that this job names is no longer in storage; send it again.");

    /// <summary>What the intent of the next attempt holds, with the image on its way.</summary>
    public async Task<ImagePlan> PlanAsync(JobRecord job, StoredRequest request, CancellationToken cancellationToken)
    {
        // A key that was taken away is a mistake of configuration, which is mended; the job waits for it.
        if (_options.PublicBaseUrl is not null && !signer.CanSign)
            return new ImagePlan(null, time.GetUtcNow() + PauseAfterFailure, null);
        SubmitIntent intent = new(_options.PublicBaseUrl?.AbsoluteUri, _options.PublicBaseUrl is null ? null : signer.CurrentKeyId, null, null);
        string[] files = [.. request.Media.Select(media => media.Name).Distinct(StringComparer.Ordinal)];
        if (files.Length == 0)
            return new ImagePlan(intent, null, null);
        if (_options.EffectiveImageDelivery == ImageDelivery.Files)
            return await UploadAllAsync(job, files, intent, cancellationToken);
        foreach (string sha256 in files)
        {
            if (!await images.TouchAsync(job.Client, sha256, cancellationToken))
                return new ImagePlan(null, null, Gone);
        }

        return Hosted(intent);
    }

    private ImagePlan Hosted(SubmitIntent intent)
    {
        DateTimeOffset end = time.GetUtcNow() + _options.MaxSubmitAge + TimeSpan.FromHours(1);
        return new ImagePlan(intent with { ImageExpires = end.ToUnixTimeSeconds() }, null, null);
    }

    // What an earlier try has uploaded is not uploaded again.
    private async Task<ImagePlan> UploadAllAsync(JobRecord job, string[] files, SubmitIntent intent, CancellationToken cancellationToken)
    {
        SubmitIntent? last = job.CurrentAttempt is { } attempt && time.GetUtcNow() - attempt.IntentAt < UploadKept ? attempt.Intent : null;
        ImmutableSortedDictionary<string, string> uploads = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
        foreach (string sha256 in files)
        {
            if ((last?.Uploads?.GetValueOrDefault(sha256) ?? (files.Length == 1 ? last?.ImageUrl : null)) is { } before)
            {
                uploads = uploads.SetItem(sha256, before);
                continue;
            }

            ImagePlan plan = await UploadAsync(job, sha256, intent, cancellationToken);
            if (plan.Intent?.ImageUrl is not { } uploaded)
                return plan;
            uploads = uploads.SetItem(sha256, uploaded);
        }

        // One alone stands where earlier versions look for it.
        return new ImagePlan(
            files is [var only] ? intent with { ImageUrl = uploads[only] } : intent with { Uploads = uploads }, null, null);
    }

    private async Task<ImagePlan> UploadAsync(JobRecord job, string sha256, SubmitIntent intent, CancellationToken cancellationToken)
    {
        if (await images.OpenAsync(job.Client, sha256, cancellationToken) is not { } image)
            return new ImagePlan(null, null, Gone);
        await using Stream content = image.Content;
        if (!image.ContentType.StartsWith("image/", StringComparison.Ordinal))
            return new ImagePlan(null, null, new JobError("file_not_supported", NoFilesApi));
        if (image.ContentType == ImageKind.Bmp.ContentType)
            return new ImagePlan(null, null, new JobError("image_not_supported", "Evolink's Files API takes no bmp; send the image as jpeg, png or webp."));
        try
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{sha256}.{image.ContentType.AsSpan("image/".Length)}");
            UploadedImage file = await evolink.UploadImageAsync(content, name, image.ContentType, cancellationToken);
            return new ImagePlan(intent with { ImageUrl = file.FileUrl.OriginalString }, null, null);
        }
        catch (EvolinkException e) when (e.IsTransient || e.NeedsAttention)
        {
            return new ImagePlan(null, time.GetUtcNow() + (e.RetryAfter ?? PauseAfterFailure), null);
        }
        catch (EvolinkException e)
        {
            return new ImagePlan(null, null, new JobError(e.Code, e.Message));
        }
    }
}

/// <summary>How an image reaches Evolink: one of the three is there.</summary>
/// <param name="Intent">The way is clear.</param>
/// <param name="RetryAt">The Files API did not answer; nothing was paid.</param>
/// <param name="Error">It cannot be done.</param>
public sealed record ImagePlan(SubmitIntent? Intent, DateTimeOffset? RetryAt, JobError? Error);
