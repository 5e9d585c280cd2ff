using Evolink.Pipeline.Generations;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>A job that was removed while an orchestration of it was left: no try brings it back, so the run ends at once.</summary>
internal static partial class GoneJob
{
    /// <summary>Does an activity's work, or ends the run where there is no such job.</summary>
    /// <param name="work">The work.</param>
    /// <param name="log">Where it is said.</param>
    public static async Task<Step> OrStopAsync(Func<Task<Step>> work, ILogger log)
    {
        try
        {
            return await work();
        }
        catch (JobNotFoundException e)
        {
            LogGone(log, e.Id);
            return new Step(StepKind.Stop, null);
        }
    }

    [LoggerMessage(2011, LogLevel.Warning,
        "Job {JobId} is not there any more: its orchestration ends. If nobody removed it, was the app given another storage account?")]
    private static partial void LogGone(ILogger log, JobId jobId);
}
