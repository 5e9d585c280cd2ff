using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Limits;

/// <summary>What generations will cost, by the same numbers by which clients are held to their credits of a day. Reads only.</summary>
public sealed class CostEstimates(ClientQuota quota, IOptions<EvolinkOptions> options, TimeProvider time)
{
    /// <summary>Estimates one generation of a client.</summary>
    /// <param name="client">The client.</param>
    /// <param name="duration">Seconds; null: what Evolink makes where nothing is said.</param>
    /// <param name="quality">Quality; null: what Evolink makes where nothing is said.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<CostEstimate> MakeAsync(string client, int? duration, string? quality, CancellationToken cancellationToken)
    {
        LimitsOptions limits = options.Value.Limits;
        ClientAccount account = quota.IsLimited(client) ? await quota.LookAsync(client, cancellationToken) : ClientAccount.Empty;
        (int seconds, string wanted) = (duration ?? JobCredits.DefaultSeconds, quality ?? JobCredits.DefaultQuality);
        bool isTold = account.CreditsPerSecond.TryGetValue(wanted, out decimal told);
        return new CostEstimate(seconds, wanted, isTold ? told : limits.CreditsPerSecond, isTold, BudgetOf(account, limits.Of(client)));
    }

    private CreditBudget? BudgetOf(ClientAccount account, ClientLimits limits)
    {
        if (limits.CreditsPerDay is not { } most || most == 0)
            return null;
        DateOnly today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        decimal held = account.Open.Values.Where(open => DateOnly.FromDateTime(open.At.UtcDateTime) == today).Sum(open => open.Credits);
        return new CreditBudget(most, account.Day == today ? account.Spent : 0, held);
    }
}

/// <summary>What one generation will cost, as far as is known before Evolink has told.</summary>
/// <param name="Seconds">Seconds of video.</param>
/// <param name="Quality">Quality.</param>
/// <param name="CreditsPerSecond">Credits of a second of that quality.</param>
/// <param name="IsTold">Whether Evolink has reserved that for an earlier one; else it is the setting <c>Limits:CreditsPerSecond</c>.</param>
/// <param name="Budget">The client's day; null where its credits are not limited.</param>
public sealed record CostEstimate(int Seconds, string Quality, decimal CreditsPerSecond, bool IsTold, CreditBudget? Budget)
{
    /// <summary>Credits of the whole video.</summary>
    public decimal Credits => Seconds * CreditsPerSecond;
}

/// <summary>A client's credits of today, in UTC.</summary>
/// <param name="Limit">What it may take.</param>
/// <param name="Spent">What is spent.</param>
/// <param name="Held">What is held back for what is under way.</param>
public sealed record CreditBudget(decimal Limit, decimal Spent, decimal Held);
