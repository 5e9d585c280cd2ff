using Microsoft.DurableTask;

namespace Evolink.Functions.Generations;

/// <summary>
/// How every activity is tried again: faults of the world (storage, mostly), for as long as a finished video can be had. What Evolink or a client's
/// receiver answers is no fault, and neither is a job that is gone: activities return it as a step.
/// </summary>
internal static class ActivityRetry
{
    /// <summary>Some 24 hours: 2 s, 4 s, 8 s and so on, at most 5 minutes apart.</summary>
    public static readonly TaskOptions UntilTheWorldIsBack = TaskOptions.FromRetryPolicy(new RetryPolicy(
        maxNumberOfAttempts: 300, firstRetryInterval: TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(5)));
}
