using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions;

/// <summary>The root: says what this is.</summary>
public static class Home
{
    /// <summary>A few words for whoever opens the link. A route that is "/" would break every function of the app on the real host.</summary>
    [Function(nameof(Home))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{ignored:maxlength(0)?}")] HttpRequest request) =>
        TypedResults.Text(
            $"""
            Evolink.Functions is running: images and prompts to videos in your own Blob Storage.

              POST {request.Scheme}://{request.Host}/v1/images                  an image, answers its link
              POST {request.Scheme}://{request.Host}/v1/videos/generations      starts a video
              GET  {request.Scheme}://{request.Host}/v1/tasks/(id)              how it stands, and the link to the video
              GET  {request.Scheme}://{request.Host}/healthz                    whether everything is there

            Every call but the last needs 'Authorization: Bearer KEY'. The README has examples.

            """);
}
