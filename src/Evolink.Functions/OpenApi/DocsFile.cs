using Evolink.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Evolink.Functions.OpenApi;

/// <summary><c>GET /docs/{file}</c>: what the page at <c>/docs</c> is made of.</summary>
public static class DocsFile
{
    internal static readonly EmbeddedFiles Own = new(typeof(DocsFile).Assembly, "docs/");

    private static readonly EmbeddedFiles SwaggerUi = new(typeof(SwaggerUIOptions).Assembly, "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.", gzipped: true);

    /// <summary>The page's own two files, and those of the package.</summary>
    [Function(nameof(DocsFile))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/{file}")] HttpRequest request, string file) =>
        Own.Answer(request, file) ?? SwaggerUi.Answer(request, file) ?? Errors.NotFound($"There is no file {request.Path}.");
}
