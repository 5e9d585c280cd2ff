using Microsoft.DurableTask;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>Calls again what failed, by the caller's <see cref="TaskRetryOptions"/>. The pauses are durable timers.</summary>
internal static class Retry
{
    public static async Task<T> RunAsync<T>(
        TaskOrchestrationContext context, string taskName, TaskRetryOptions? options, Func<Task<T>> call)
    {
        var first = context.CurrentUtcDateTime;
        for (var attempt = 1; ; attempt++)
        {
            TaskFailure failure;
            try
            {
                return await call();
            }
            catch (TaskFailure caught)
            {
                failure = caught;
            }

            if (failure.Record.IsFinal || !await AgainAsync(context, taskName, options, attempt, first, failure))
                throw failure.ToPublic();
        }
    }

    private static async Task<bool> AgainAsync(
        TaskOrchestrationContext context, string taskName, TaskRetryOptions? options, int attempt, DateTime first, TaskFailure failure)
    {
        if (options?.Handler is { } handler)
        {
            var elapsed = context.CurrentUtcDateTime - first;
            return await handler(new RetryContext(context, attempt, failure.Record.ToDetails(), elapsed, CancellationToken.None));
        }

        if (options?.Policy is not { } policy || attempt >= policy.MaxNumberOfAttempts || !Allows(policy, taskName, failure))
            return false;
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime - first >= policy.RetryTimeout)
            return false;
        await context.CreateTimer(Pause(policy, attempt), CancellationToken.None);
        return true;
    }

    private static bool Allows(RetryPolicy policy, string taskName, TaskFailure failure)
    {
        try
        {
            return policy.Handle(failure.Record.ToCoreException(taskName));
        }
#pragma warning disable CA1031 // As in the SDK: a broken predicate must not hide the failure that it was asked about.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static TimeSpan Pause(RetryPolicy policy, int attempt)
    {
        var longest = policy.MaxRetryInterval == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : policy.MaxRetryInterval;
        var pause = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt - 1);
        return pause < longest.TotalMilliseconds ? TimeSpan.FromMilliseconds(pause) : longest;
    }
}
