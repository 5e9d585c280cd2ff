using Evolink.Functions.Http;
using Evolink.Pipeline.Submissions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Submits;

/// <summary><c>POST /v1/submits/pause</c>, for operators: holds every submit back: jobs are accepted, and park.</summary>
public sealed class PauseSubmits(SubmitGate gate, TimeProvider time)
{
    /// <summary>Called again it changes nothing.</summary>
    [Function(nameof(PauseSubmits))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/submits/pause")] HttpRequest request, CancellationToken cancellationToken)
    {
        Caller caller = request.HttpContext.Caller;
        return caller.IsOperator
            ? TypedResults.Json(SubmitsView.Of(await gate.StopAsync(caller.Name, cancellationToken), time.GetUtcNow()), FunctionsJsonContext.Default.SubmitsView)
            : Errors.OperatorsOnly;
    }
}
