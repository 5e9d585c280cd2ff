using Evolink.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions;

/// <summary>Everything that no other function takes. The host tries functions in the order of their names, and this one comes last.</summary>
public sealed class ZzUnmatched(KnownRoutes routes)
{
    /// <summary>404, or 405 where the path is right and the method wrong.</summary>
    [Function(nameof(ZzUnmatched))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request)
    {
        IReadOnlyList<string> methods = routes.MethodsOf(request.Path);
        if (methods.Count == 0)
            return Errors.NotFound($"There is nothing at {request.Path}. The API is described at /docs and /openapi.json.");
        string allowed = string.Join(", ", methods);
        request.HttpContext.Response.Headers.Allow = allowed;
        return Errors.MethodNotAllowed(request.Method, request.Path, allowed);
    }
}
