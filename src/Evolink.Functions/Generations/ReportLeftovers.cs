using Evolink.Pipeline.Generations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>Timer: says once a day what crashes left in storage.</summary>
public sealed partial class ReportLeftovers(Leftovers leftovers, ILogger<ReportLeftovers> log)
{
    private const int MostNamed = 10;

    /// <summary>Every night.</summary>
    [Function(nameof(ReportLeftovers))]
    public async Task RunAsync([TimerTrigger("0 17 3 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> requests = await leftovers.RequestsWithoutRecordAsync(cancellationToken);
        IReadOnlyList<string> videos = await leftovers.StagedVideosAsync(cancellationToken);
        if (requests.Count + videos.Count > 0)
            LogLeftovers(requests.Count, videos.Count, string.Join(", ", requests.Concat(videos).Take(MostNamed)));
    }

    [LoggerMessage(2305, LogLevel.Warning, "Crashes left {Requests} requests that never became a job, and staged blocks of {Videos} videos that nobody will commit; the first of them: {Names}.")]
    private partial void LogLeftovers(int requests, int videos, string names);
}
