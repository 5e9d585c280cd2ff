using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Models;

/// <summary>
/// The models that may be asked for. Evolink's list of what the key may use is not in its contract: it is asked for at most every ten
/// minutes, and done without where it is not to be had.
/// </summary>
public sealed partial class KnownModels(EvolinkClient evolink, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<KnownModels> log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeptAfterFailure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private volatile Told? _told;

    /// <summary>The list, as clients see it.</summary>
    public async Task<ModelList> ListAsync(CancellationToken cancellationToken)
    {
        RequestRules rules = RequestRules.Of(options.Value, []);
        Told told = _told is { } known && time.GetUtcNow() < known.Until ? known : _told = await AskAsync(cancellationToken);
        return new ModelList
        {
            Data =
            [
                .. (told.Models ?? VideoModels.All.Keys).Where(rules.Allows).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                    .Select(ModelView.Of),
            ],
            Complete = told.Models is not null,
            Allowed = rules.Models is [] ? ["*"] : rules.Models,
        };
    }

    private async Task<Told> AskAsync(CancellationToken cancellationToken)
    {
        if (EvolinkReadiness.Missing(options.Value).Count > 0)
            return new Told(null, default);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return new Told(await evolink.ListModelsAsync(patience.Token), time.GetUtcNow() + Kept);
        }
        catch (Exception e) when (e is EvolinkException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogUntold(e.Message);
            return new Told(null, time.GetUtcNow() + (e is EvolinkException { IsNotOffered: true } ? Kept : KeptAfterFailure));
        }
    }

    [LoggerMessage(2651, LogLevel.Information, "Evolink did not tell which models its key may use: {Reason}")]
    private partial void LogUntold(string reason);

    private sealed record Told(IReadOnlyList<string>? Models, DateTimeOffset Until);
}
