using Evolink.Client;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;

namespace Evolink.Pipeline.Submissions;

/// <summary>Makes the body that is sent to Evolink. The same request and intent make the same bytes, so that a replay is one.</summary>
public sealed class SubmitBody(LinkSigner signer)
{
    /// <summary>
    /// The client's request with our callback in place of the client's, and with links to its own files that Evolink can open. Everything else in it
    /// stays as it came, byte for byte.
    /// </summary>
    public VideoGenerationRequest Make(JobRecord job, int attempt, StoredRequest request, SubmitIntent intent)
    {
        VideoGenerationRequest body = request.Body with
        {
            Model = request.Body.Model ?? VideoGenerationRequest.Wan26ImageToVideo,
            CallbackUrl = CallbackUrl(job.Id, attempt, intent),
            // The client's own, which Evolink does not know.
            Reference = null,
            Metadata = null,
        };
        if (request.Media.Count == 0)
            return body;
        Dictionary<string, string> links = request.Media.ToDictionary(media => media.Link, media => LinkTo(job.Client, media, intent), StringComparer.Ordinal);
        return body.WithTexts(text => links.GetValueOrDefault(text));
    }

    private string? CallbackUrl(JobId id, int attempt, SubmitIntent intent) => intent is { CallbackBase: { } publicBase, KeyId: { } keyId }
        ? signer.CallbackUrl(new Uri(publicBase), keyId, id, attempt).AbsoluteUri
        : null;

    private string LinkTo(string client, OwnMedia media, SubmitIntent intent) => intent switch
    {
        { Uploads: { } uploads } when uploads.TryGetValue(media.Name, out string? uploaded) => uploaded,
        { ImageUrl: { } uploaded } => uploaded,
        { CallbackBase: { } publicBase, KeyId: { } keyId, ImageExpires: { } expires } =>
            signer.FileUrl(new Uri(publicBase), keyId, client, ImageLinks.PathOf(media.Link), media.Name, expires).AbsoluteUri,
        _ => throw new InvalidOperationException("The intent names no way for the client's own files to reach Evolink."),
    };
}
