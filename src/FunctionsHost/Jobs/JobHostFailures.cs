using System.Runtime.ExceptionServices;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Azure.WebJobs.Host;

namespace FunctionsHost.Jobs;

/// <summary>What becomes of a function that outlasts its time-out, and of a fault in the job host's background work.</summary>
internal sealed partial class JobHostFailures(TimeSpan limit, ILogger log) : IWebJobsExceptionHandler
{
    /// <summary>Ends the worker's process, which is started again.</summary>
    public Action KillWorker { get; set; } = static () => { };

    /// <summary>Ends the worker, as the real host does, unless the function ends within the grace period.</summary>
    public async Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod)
    {
        Task function = (exceptionInfo.SourceException as FunctionTimeoutException)?.Task ?? Task.CompletedTask;
        await Task.WhenAny(function, Task.Delay(timeoutGracePeriod, TimeProvider.System));
        if (function.IsCompleted)
            return;
        LogTimeout(exceptionInfo.SourceException);
        KillWorker();
        // With its worker the function ends too, and lets go of what it holds, such as an HTTP request.
        await Task.WhenAny(function, Task.Delay(limit, TimeProvider.System));
    }

    /// <summary>Says so: this process is its caller's, and goes on.</summary>
    public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo)
    {
        LogUnhandled(exceptionInfo.SourceException);
        return Task.CompletedTask;
    }

    [LoggerMessage(30, LogLevel.Warning, "A function did not end at its time-out: the worker that runs it is ended.")]
    private partial void LogTimeout(Exception e);

    [LoggerMessage(31, LogLevel.Critical, "The job host's background work failed.")]
    private partial void LogUnhandled(Exception e);
}
