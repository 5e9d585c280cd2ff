using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Images;

/// <summary><c>POST /v1/files</c>: keeps an image, a sound or a video for use wherever a request names one by a link.</summary>
public sealed class UploadFile(ImageStore files, IOptions<EvolinkOptions> options)
{
    /// <summary>The body is the file itself. It is streamed to storage, and told by its bytes.</summary>
    [Function(nameof(UploadFile))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/files")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > FileKind.Largest)
            return Errors.TooLarge(FileKind.Largest);
        // Kestrel's own limit is 30 MB.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = FileKind.Largest + 1;
        ReceivedFile file = await files.ReceiveAsync(request.HttpContext.Caller.Name, request.Body, cancellationToken);
        if (file is not { Sha256: { } sha256, Kind: { } kind })
            return Errors.Invalid([new ValidationIssue("body", ValidationCodes.NotSupported, file.Problem ?? "The file cannot be used.")]);
        Uri link = ImageLinks.ForFile(options.Value.PublicBaseUrl ?? request.OwnBase, sha256, kind);
        return TypedResults.Json(new FileAnswer(link.AbsoluteUri, kind.ContentType), FunctionsJsonContext.Default.FileAnswer);
    }
}

/// <summary>The answer to an upload of a file.</summary>
/// <param name="Url">What to name in a request; only its owner, and Evolink by a signature, can open it.</param>
/// <param name="ContentType">What it is, by its bytes.</param>
public sealed record FileAnswer(
    [property: JsonPropertyName("url")] string Url, [property: JsonPropertyName("content_type")] string ContentType);
