using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Images;

/// <summary><c>GET /v1/images/{hash}</c>: an image, for its owner, or for whoever holds the signed link (Evolink).</summary>
public sealed class GetImage(StoredFiles files)
{
    /// <summary>Serves the image.</summary>
    [Function(nameof(GetImage))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/images/{hash}")] HttpRequest request, string hash, CancellationToken cancellationToken) =>
        files.ServeAsync(request, hash, "image_not_found", cancellationToken);
}
