using Evolink.Functions.Http;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Videos;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Videos;

/// <summary><c>GET /v1/videos/{id}/content</c>: the video itself, for its owner or for whoever holds the signed link.</summary>
public sealed class GetVideoContent(
    GenerationStore store, VideoStore videos, VideoLinks links, LinkSigner signer, Callers callers, IOptions<EvolinkOptions> options, TimeProvider time)
{
    /// <summary>Leads to a short-lived link, or streams where storage cannot be reached from outside.</summary>
    [Function(nameof(GetVideoContent))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/videos/{id}/content")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        bool signed = request.Query.ContainsKey("s");
        Caller? caller = signed ? null : callers.Identify(request);
        if (caller is null && !signed)
            return Errors.Unauthorized;
        if (!JobId.TryParse(id, out JobId jobId) || (signed && !IsSigned(request, jobId))
            || await store.FindAsync(jobId, cancellationToken) is not { } job || (caller is not null && !caller.MaySee(job.Client)))
        {
            return Errors.NotFound("There is no such video, or its link has expired.", "video_not_found");
        }

        if (job is not { State: JobState.Completed, Video: { } video })
            return Errors.NotFound($"The task is {job.State.WireStatus}; it has no video.", "video_not_found");
        return options.Value.VideoDelivery == VideoDelivery.Sas && await links.SignAsync(job, video, request.OwnBase, request.LinkUse, cancellationToken) is { } link
            ? TypedResults.Redirect(link.Url.AbsoluteUri)
            : await StreamAsync(request, video, cancellationToken);
    }

    private bool IsSigned(HttpRequest request, JobId id) =>
        signer.IsVideo(id, request.Query["e"], request.Query["k"], request.Query["s"], out DateTimeOffset end) && time.GetUtcNow() < end;

    private async Task<IResult> StreamAsync(HttpRequest request, SavedVideo video, CancellationToken cancellationToken) => TypedResults.Stream(
        await videos.OpenAsync(video, cancellationToken),
        video.ContentType,
        fileDownloadName: request.WantsAttachment ? video.Blob : null,
        lastModified: video.SavedAt,
        entityTag: new($"\"{video.Sha256}\""),
        enableRangeProcessing: true);
}
