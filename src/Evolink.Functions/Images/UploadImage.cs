using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Images;

/// <summary><c>POST /v1/images</c>: keeps an image for use in <c>image_urls</c>.</summary>
public sealed class UploadImage(ImageStore images, IOptions<EvolinkOptions> options)
{
    /// <summary>The body is the image itself. What Evolink would refuse is refused here, before any money moves.</summary>
    [Function(nameof(UploadImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/images")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, ImageCheck.MaxBytes, cancellationToken) is not { } image)
            return Errors.TooLarge(ImageCheck.MaxBytes);
        ImageVerdict verdict = ImageCheck.Check(image);
        if (verdict.Kind is not { } kind)
            return Errors.Invalid([new ValidationIssue("body", ValidationCodes.NotSupported, verdict.Problem ?? "The image cannot be used.")]);
        string sha256 = await images.SaveAsync(request.HttpContext.Caller.Name, image, kind, cancellationToken);
        Uri link = ImageLinks.For(options.Value.PublicBaseUrl ?? request.OwnBase, sha256);
        return TypedResults.Json(new ImageAnswer(link.AbsoluteUri), FunctionsJsonContext.Default.ImageAnswer);
    }
}

/// <summary>The answer to an upload.</summary>
/// <param name="Url">What to name in <c>image_urls</c>; only its owner, and Evolink by a signature, can open it.</param>
public sealed record ImageAnswer([property: JsonPropertyName("url")] string Url);
