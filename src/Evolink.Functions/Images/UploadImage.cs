using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Images;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Images;

/// <summary><c>POST /v1/images</c>: keeps an image for use in <c>image_urls</c>.</summary>
public sealed class UploadImage(ImageIntake intake)
{
    /// <summary>The body is the image itself. What Evolink would refuse is refused here, before any money moves.</summary>
    [Function(nameof(UploadImage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/images")] HttpRequest request, CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, ImageCheck.MaxBytes, cancellationToken) is not { } image)
            return Errors.TooLarge(ImageCheck.MaxBytes);
        (Uri? link, string? problem) = await intake.AcceptAsync(request.HttpContext.Caller.Name, image, request.OwnBase, cancellationToken);
        if (link is null)
            return Errors.Invalid([new ValidationIssue("body", ValidationCodes.NotSupported, problem!)]);
        return TypedResults.Json(new ImageAnswer(link.AbsoluteUri), FunctionsJsonContext.Default.ImageAnswer);
    }
}

/// <summary>The answer to an upload.</summary>
/// <param name="Url">What to name in <c>image_urls</c>; only its owner, and Evolink by a signature, can open it.</param>
public sealed record ImageAnswer([property: JsonPropertyName("url")] string Url);
