using Evolink.Functions.Http;
using Evolink.Pipeline.Submissions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Submits;

/// <summary><c>POST /v1/submits/resume</c>, for operators: lets submits go again.</summary>
public sealed class ResumeSubmits(SubmitGate gate, TimeProvider time)
{
    /// <summary>Called again it changes nothing.</summary>
    [Function(nameof(ResumeSubmits))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/submits/resume")] HttpRequest request, CancellationToken cancellationToken)
    {
        Caller caller = request.HttpContext.Caller;
        return caller.IsOperator
            ? TypedResults.Json(SubmitsView.Of(await gate.ResumeAsync(caller.Name, cancellationToken), time.GetUtcNow()), FunctionsJsonContext.Default.SubmitsView)
            : Errors.OperatorsOnly;
    }
}
