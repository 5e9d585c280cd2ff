using Evolink.Functions.Http;
using Evolink.Pipeline.Submissions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Submits;

/// <summary><c>GET /v1/submits</c>, for operators: whether submits go out, and if not, why.</summary>
public sealed class GetSubmits(SubmitGate gate, TimeProvider time)
{
    /// <summary>Looks at the gate that all jobs and instances share.</summary>
    [Function(nameof(GetSubmits))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/submits")] HttpRequest request, CancellationToken cancellationToken) =>
        request.HttpContext.Caller.IsOperator
            ? TypedResults.Json(SubmitsView.Of(await gate.LookAsync(cancellationToken), time.GetUtcNow()), FunctionsJsonContext.Default.SubmitsView)
            : Errors.OperatorsOnly;
}
