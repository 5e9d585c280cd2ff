using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.OpenApi;

/// <summary><c>GET /docs</c>: the contract for people, rendered by Swagger UI, which comes with its package.</summary>
public static class Docs
{
    private static readonly string Policy = string.Join("; ",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        // Swagger UI's style sheet has its icons in it.
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'");

    /// <summary>The page itself; what it is made of comes from <see cref="DocsFile"/>.</summary>
    [Function(nameof(Docs))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs")] HttpRequest request)
    {
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return DocsFile.Own.Answer(request, "index.html")!;
    }
}
