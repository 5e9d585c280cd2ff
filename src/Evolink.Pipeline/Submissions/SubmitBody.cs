using Evolink.Client;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Submissions;

/// <summary>Makes the body that is sent to Evolink. The same request and intent make the same bytes, so that a replay is one.</summary>
public sealed class SubmitBody(LinkSigner signer)
{
    /// <summary>The client's request with our callback in place of the client's, and with a link to the image that Evolink can open.</summary>
    public VideoGenerationRequest Make(JobRecord job, int attempt, StoredRequest request, SubmitIntent intent) => request.Body with
    {
        Model = request.Body.Model ?? VideoGenerationRequest.Wan26ImageToVideo,
        CallbackUrl = CallbackUrl(job.Id, attempt, intent),
        // The client's own, which Evolink does not know.
        Reference = null,
        Metadata = null,
        ImageUrls = ImageUrl(job.Client, request, intent) is { } own ? [own] : request.Body.ImageUrls,
    };

    private string? CallbackUrl(JobId id, int attempt, SubmitIntent intent) => intent is { CallbackBase: { } publicBase, KeyId: { } keyId }
        ? signer.CallbackUrl(new Uri(publicBase), keyId, id, attempt).AbsoluteUri
        : null;

    private string? ImageUrl(string client, StoredRequest request, SubmitIntent intent) => (request.OwnImage, intent) switch
    {
        (null, _) => null,
        (_, { ImageUrl: { } uploaded }) => uploaded,
        ({ } sha256, { CallbackBase: { } publicBase, KeyId: { } keyId, ImageExpires: { } expires }) =>
            signer.ImageUrl(new Uri(publicBase), keyId, client, sha256, expires).AbsoluteUri,
        _ => throw new InvalidOperationException("The intent names no way for the client's own image to reach Evolink."),
    };
}
