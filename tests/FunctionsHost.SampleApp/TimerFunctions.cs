namespace FunctionsHost.SampleApp;

public static class TimerFunctions
{
    private static int s_tries;

    [Function(nameof(EverySecond))]
    [QueueOutput("ticks")]
    public static string EverySecond([TimerTrigger("%TICKS%")] TimerInfo timer) => timer.IsPastDue ? "late" : "on time";

    /// <summary>Runs once a year; its last run and its next are kept in storage.</summary>
    [Function(nameof(Yearly))]
    [QueueOutput("%YEARLY_QUEUE%")]
    public static string Yearly([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) => $"past due: {timer.IsPastDue}, last: {timer.ScheduleStatus?.Last:O}";

    /// <summary>Fails twice; the host tries it again.</summary>
    [Function(nameof(ThirdTime))]
    [FixedDelayRetry(3, "00:00:00.100")]
    [QueueOutput("third-time")]
    public static string ThirdTime([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context) =>
        Interlocked.Increment(ref s_tries) < 3
            ? throw new InvalidOperationException("not yet")
            : $"retry {context.RetryContext?.RetryCount} of {context.RetryContext?.MaxRetryCount}";
}
