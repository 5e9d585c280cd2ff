using Evolink.Functions.Http;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Images;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Images;

/// <summary><c>GET /v1/images/{hash}</c>: an image, for its owner, or for whoever holds the signed link (Evolink).</summary>
public sealed class GetImage(ImageStore images, LinkSigner signer, Callers callers, TimeProvider time)
{
    /// <summary>Serves the image. Whose it is, the signature or the key says; another client's is not there.</summary>
    [Function(nameof(GetImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/images/{hash}")] HttpRequest request, string hash, CancellationToken cancellationToken)
    {
        bool signed = request.Query.ContainsKey("s");
        string? owner = signed ? SignedOwner(request, hash) : callers.Identify(request)?.Name;
        if (owner is null && !signed)
            return Errors.Unauthorized;
        if (owner is null || await images.OpenAsync(owner, hash, cancellationToken) is not { } image)
            return Errors.NotFound("There is no such image, or its link has expired.", "image_not_found");
        return TypedResults.Stream(image.Content, image.ContentType);
    }

    private string? SignedOwner(HttpRequest request, string hash)
    {
        string? client = request.Query["c"];
        return signer.IsImage(hash, client, request.Query["e"], request.Query["k"], request.Query["s"], out DateTimeOffset end) && time.GetUtcNow() < end
            ? client
            : null;
    }
}
