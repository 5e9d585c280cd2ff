using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.OpenApi;

/// <summary><c>GET /openapi.json</c>: the contract. It is made from this code by eng/openapi, and a test compares the two.</summary>
public static class OpenApiFile
{
    internal const string Name = "openapi.json";

    /// <summary>Open to everybody: it says what the app can do, and nothing of what is in it.</summary>
    [Function(nameof(OpenApiFile))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Name)] HttpRequest request) => DocsFile.Own.Answer(request, Name)!;
}
