using Evolink.Client;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Submits;

/// <summary>Timer: reads how many credits are left at Evolink, for the metric on which an alert is raised before submits are refused.</summary>
public sealed partial class ReadCredits(
    EvolinkClient evolink, IOptions<EvolinkOptions> options, PipelineMetrics metrics, ILogger<ReadCredits> log)
{
    /// <summary>
    /// Every quarter of an hour. That Evolink does not answer fails nothing: health and submits tell it, and the next run reads again.
    /// </summary>
    [Function(nameof(ReadCredits))]
    public async Task RunAsync([TimerTrigger("0 7/15 * * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (EvolinkReadiness.IsResolved(options.Value.ApiKey))
            await ReadAsync(cancellationToken);
        LogFinished();
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            CreditBalance balance = await evolink.GetCreditsAsync(cancellationToken);
            decimal? ofKey = balance.KeyIsUnlimited == true ? null : balance.KeyRemaining;
            // Submits are refused when either is used up.
            if ((balance.Remaining < ofKey ? balance.Remaining : ofKey ?? balance.Remaining) is { } left)
                metrics.CreditsRead(left);
        }
        catch (EvolinkException e)
        {
            LogNotRead(e.Code, e.StatusCode);
        }
    }

    // An alert is raised where this is not seen for a while.
    [LoggerMessage(2801, LogLevel.Information, "The credits that are left have been asked for.")]
    private partial void LogFinished();

    [LoggerMessage(
        2802, LogLevel.Warning, "The credits that are left could not be read ({Code}, HTTP {Status}); they are read again in a quarter of an hour.")]
    private partial void LogNotRead(string code, int? status);
}
