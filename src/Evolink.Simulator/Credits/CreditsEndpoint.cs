using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary><c>GET /v1/credits</c>.</summary>
internal sealed class CreditsEndpoint(SimulatorOptions options, Accounts accounts, Ledger ledger)
{
    public IResult Get(HttpContext context)
    {
        if (accounts.Of(context.Request) is not { } account)
            return Answers.Unauthorized();
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        decimal used = ledger.Read(state => state.SpentBy(account) - TaskBilling.ReturnedTo(account, state, now));
        decimal remaining = options.StartingCredits - used;
        var data = new CreditsData(new UserCredits(remaining, used), new TokenCredits(remaining, used, UnlimitedCredits: true));
        return TypedResults.Json(new CreditsAnswer(true, data), SimulatorJson.Default.CreditsAnswer);
    }
}

/// <summary>The answer of <c>GET /v1/credits</c>.</summary>
internal sealed record CreditsAnswer(bool Success, CreditsData Data);

/// <summary>Credits of the account, and of the key that asked.</summary>
internal sealed record CreditsData(UserCredits User, TokenCredits Token);

/// <summary>Credits of the account.</summary>
internal sealed record UserCredits(decimal RemainingCredits, decimal UsedCredits);

/// <summary>Credits of the key.</summary>
internal sealed record TokenCredits(decimal RemainingCredits, decimal UsedCredits, bool UnlimitedCredits);
