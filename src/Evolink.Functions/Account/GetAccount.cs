using Evolink.Functions.Health;
using Evolink.Functions.Http;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Account;

/// <summary><c>GET /v1/account</c>: who the caller is, and what videos cost here.</summary>
public sealed class GetAccount(DependencyChecks checks, IOptions<EvolinkOptions> options)
{
    /// <summary>Evolink is asked for the balance at most every ten seconds, whoever asks how often.</summary>
    [Function(nameof(GetAccount))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/account")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        Caller caller = request.HttpContext.Caller;
        StudioOptions studio = options.Value.Studio;
        bool showsBalance = caller.IsOperator || studio.ShowBalance;
        AccountView view = new(
            caller.Name,
            caller.IsOperator,
            studio.Simulated,
            showsBalance ? (await checks.RunAsync(durable, cancellationToken)).Credits : null,
            options.Value.Limits.CreditsPerSecond);
        return TypedResults.Json(view, FunctionsJsonContext.Default.AccountView);
    }
}

/// <summary>The caller's account here.</summary>
/// <param name="Client">The caller's name.</param>
/// <param name="IsOperator">Whether the caller is an operator.</param>
/// <param name="Simulated">Whether Evolink is simulated, so that no credits are spent (<c>Studio:Simulated</c>).</param>
/// <param name="Credits">What is left to spend at Evolink; for operators, and for clients where <c>Studio:ShowBalance</c> is set. Absent
/// where Evolink did not say.</param>
/// <param name="CreditsPerSecond">What a second of video is taken to cost before Evolink has told (<c>Limits:CreditsPerSecond</c>).</param>
public sealed record AccountView(string Client, bool IsOperator, bool Simulated, CreditsHealth? Credits, decimal CreditsPerSecond);
