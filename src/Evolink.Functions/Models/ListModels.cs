using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Models;

/// <summary><c>GET /v1/models</c>: what may be asked for here, with what is known of it.</summary>
public sealed class ListModels(KnownModels models)
{
    /// <summary>Lists the models that this app allows and Evolink's key may use.</summary>
    [Function(nameof(ListModels))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/models")] HttpRequest request, CancellationToken cancellationToken) =>
        TypedResults.Json(await models.ListAsync(cancellationToken), FunctionsJsonContext.Default.ModelList);
}
