using Evolink.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Studio;

/// <summary><c>GET /studio/{file}</c>: what the page at the root is made of.</summary>
public static class StudioFile
{
    internal static readonly EmbeddedFiles Files = new(typeof(StudioFile).Assembly, "studio/");

    /// <summary>Open to everybody: the page holds no data, it asks the API for it with the visitor's key.</summary>
    [Function(nameof(StudioFile))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "studio/{file}")] HttpRequest request, string file) =>
        Files.Answer(request, file) ?? Errors.NotFound($"There is no file {request.Path}.");
}
