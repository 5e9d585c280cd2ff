using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Studio;

/// <summary>The root: the studio for browsers, a few words for everybody else.</summary>
public sealed class Home(EvolinkStorage storage, IOptions<EvolinkOptions> options)
{
    // Videos come from the account that they are stored in, or from the app's public address; nothing else comes from elsewhere.
    private readonly string _policy = string.Join("; ",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob:",
        $"media-src 'self' {storage.Blobs.Uri.GetLeftPart(UriPartial.Authority)} {options.Value.PublicBaseUrl?.GetLeftPart(UriPartial.Authority)}".TrimEnd(),
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'");

    /// <summary>A route that is "/" would break every function of the app on the real host.</summary>
    [Function(nameof(Home))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{ignored:maxlength(0)?}")] HttpRequest request)
    {
        if (request.GetTypedHeaders().Accept.All(accepted => accepted.MediaType != "text/html"))
            return Words(request);
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = _policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return StudioFile.Files.Answer(request, "index.html")!;
    }

    private static ContentHttpResult Words(HttpRequest request)
    {
        request.HttpContext.Response.Headers.Vary = "Accept";
        return TypedResults.Text(
            $"""
            Evolink.Functions is running: images and prompts to videos in your own Blob Storage. A browser shows the studio here.

              POST {request.Scheme}://{request.Host}/v1/images                  an image, answers its link
              POST {request.Scheme}://{request.Host}/v1/videos/generations      starts a video
              GET  {request.Scheme}://{request.Host}/v1/tasks/(id)              how it stands, and the link to the video
              GET  {request.Scheme}://{request.Host}/v1/tasks                   your videos, newest first
              GET  {request.Scheme}://{request.Host}/healthz                    whether everything is there
              GET  {request.Scheme}://{request.Host}/openapi.json               all of it, for machines; for people at /docs

            Every call but the last two needs 'Authorization: Bearer KEY'.

            """);
    }
}
