using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>Timer: says once a day what crashes left in storage, and removes the requests, which hold prompts.</summary>
public sealed partial class ReportLeftovers(Leftovers leftovers, ItemLoop loop, ILogger<ReportLeftovers> log)
{
    private const int MostNamed = 10;
    private const int AtOnce = 8;

    /// <summary>Every night.</summary>
    [Function(nameof(ReportLeftovers))]
    public async Task RunAsync([TimerTrigger("0 17 3 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> requests = await leftovers.RequestsWithoutRecordAsync(cancellationToken);
        await loop.RunAsync("leftovers", requests.ToAsyncEnumerable(), AtOnce, name => name, leftovers.RemoveRequestAsync, cancellationToken);
        IReadOnlyList<string> videos = await leftovers.StagedVideosAsync(cancellationToken);
        if (requests.Count + videos.Count > 0)
            LogLeftovers(requests.Count, videos.Count, string.Join(", ", requests.Concat(videos).Take(MostNamed)));
        LogFinished();
    }

    // An alert is raised where this is not seen for a while.
    [LoggerMessage(2310, LogLevel.Information, "The search for what crashes left has finished.")]
    private partial void LogFinished();

    [LoggerMessage(
        2305,
        LogLevel.Warning,
        "Crashes left {Requests} requests that never became a job, which are removed, and staged blocks of {Videos} videos that nobody will commit; "
        + "the first of them: {Names}.")]
    private partial void LogLeftovers(int requests, int videos, string names);
}
