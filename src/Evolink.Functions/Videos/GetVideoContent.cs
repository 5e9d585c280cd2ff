using System.Globalization;
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
        if (!TryReadFile(request, out int? file) || !JobId.TryParse(id, out JobId jobId) || (signed && !IsSigned(request, jobId, file))
            || await store.FindAsync(jobId, cancellationToken) is not { } job || (caller is not null && !caller.MaySee(job.Client)))
        {
            return Errors.NotFound("There is no such video, or its link has expired.", "video_not_found");
        }

        if (FileOf(job, file) is not { } video)
            return Errors.NotFound($"The task is {job.State.WireStatus}; it has no video.", "video_not_found");
        return options.Value.VideoDelivery == VideoDelivery.Sas && await links.SignAsync(job, video, request.OwnBase, request.LinkUse, cancellationToken) is { } link
            ? TypedResults.Redirect(link.Url.AbsoluteUri)
            : await StreamAsync(request, video, cancellationToken);
    }

    // Several results are numbered in Evolink's order.
    private static bool TryReadFile(HttpRequest request, out int? file)
    {
        file = null;
        if (request.Query["file"].ToString() is not { Length: > 0 } text)
            return true;
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        file = number;
        return isNumber;
    }

    private static SavedVideo? FileOf(JobRecord job, int? file) => file is { } number
        ? number >= 1 && number <= job.Files.Length && job.State.IsTerminal ? job.Files[number - 1] : null
        : job is { State: JobState.Completed, Video: { } video } ? video : null;

    private bool IsSigned(HttpRequest request, JobId id, int? file) =>
        signer.IsVideo(id, file, request.Query["e"], request.Query["k"], request.Query["s"], out DateTimeOffset end) && time.GetUtcNow() < end;

    private async Task<IResult> StreamAsync(HttpRequest request, SavedVideo video, CancellationToken cancellationToken) => TypedResults.Stream(
        await videos.OpenAsync(video, cancellationToken),
        video.ContentType,
        fileDownloadName: request.WantsAttachment ? video.Blob : null,
        lastModified: video.SavedAt,
        entityTag: new($"\"{video.Sha256}\""),
        enableRangeProcessing: true);
}
