using Evolink.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Tasks;

/// <summary>Reads tasks that somebody named, to see whether Evolink knows them.</summary>
public sealed partial class TaskReader(EvolinkClient evolink, ILogger<TaskReader> log)
{
    /// <summary>Reads a task, or says why not.</summary>
    public async Task<(VideoTask? Task, EvolinkException? Failure)> TryReadAsync(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            return (await evolink.GetTaskAsync(taskId, cancellationToken), null);
        }
        catch (EvolinkException e)
        {
            LogNotRead(taskId, e.Code, e.StatusCode);
            return (null, e);
        }
    }

    [LoggerMessage(1201, LogLevel.Warning, "Task {TaskId} could not be read ({Code}, HTTP {Status}).")]
    private partial void LogNotRead(string taskId, string code, int? status);
}
