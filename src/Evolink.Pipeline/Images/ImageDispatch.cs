using System.Globalization;
using Evolink.Client;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Images;

/// <summary>Decides how an image reaches Evolink, before anything is paid.</summary>
public sealed class ImageDispatch(ImageStore images, LinkSigner signer, EvolinkClient evolink, IOptions<EvolinkOptions> options, TimeProvider time)
{
    // Evolink keeps an uploaded file for 72 hours; one that is near its end is uploaded anew.
    private static readonly TimeSpan UploadKept = TimeSpan.FromHours(48);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private readonly EvolinkOptions _options = options.Value;

    private static JobError Gone => new("image_not_found", "The image of this job is no longer in storage; send it again.");

    /// <summary>What the intent of the next attempt holds, with the image on its way.</summary>
    public async Task<ImagePlan> PlanAsync(JobRecord job, StoredRequest request, CancellationToken cancellationToken)
    {
        // A key that was taken away is a mistake of configuration, which is mended; the job waits for it.
        if (_options.PublicBaseUrl is not null && !signer.CanSign)
            return new ImagePlan(null, time.GetUtcNow() + PauseAfterFailure, null);
        SubmitIntent intent = new(_options.PublicBaseUrl?.AbsoluteUri, _options.PublicBaseUrl is null ? null : signer.CurrentKeyId, null, null);
        if (request.OwnImage is not { } sha256)
            return new ImagePlan(intent, null, null);
        if (_options.EffectiveImageDelivery == ImageDelivery.Host)
            return await images.TouchAsync(job.Client, sha256, cancellationToken) ? Hosted(intent) : new ImagePlan(null, null, Gone);
        if (job.CurrentAttempt is { Intent.ImageUrl: { } uploaded } last && time.GetUtcNow() - last.IntentAt < UploadKept)
            return new ImagePlan(intent with { ImageUrl = uploaded }, null, null);
        return await UploadAsync(job, sha256, intent, cancellationToken);
    }

    private ImagePlan Hosted(SubmitIntent intent)
    {
        DateTimeOffset end = time.GetUtcNow() + _options.MaxSubmitAge + TimeSpan.FromHours(1);
        return new ImagePlan(intent with { ImageExpires = end.ToUnixTimeSeconds() }, null, null);
    }

    private async Task<ImagePlan> UploadAsync(JobRecord job, string sha256, SubmitIntent intent, CancellationToken cancellationToken)
    {
        if (await images.OpenAsync(job.Client, sha256, cancellationToken) is not { } image)
            return new ImagePlan(null, null, Gone);
        await using Stream content = image.Content;
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
