using Polly;
using Polly.Retry;

namespace Evolink.Client;

/// <summary>The ways of trying again.</summary>
internal static class Retries
{
    private static readonly TimeSpan FirstPauseOfApp = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPauseOfApp = TimeSpan.FromSeconds(30);

    /// <summary>Reads cost nothing: every blip is tried again.</summary>
    public static ResiliencePipeline ForReads(EvolinkRetryOptions options, TimeProvider time) =>
        Build(options, time, options.MaxReadRetries, failure => failure.IsTransient);

    /// <summary>
    /// Submits are tried again only where no answer came because nothing was sent. An edge that refused, or a missing key, stays as it is.
    /// </summary>
    public static ResiliencePipeline ForSubmits(EvolinkRetryOptions options, TimeProvider time)
    {
        var retryThrottled = options.RetryThrottledSubmits;
        return Build(options, time, options.MaxSubmitRetries, failure => failure switch
        {
            { Outcome: SubmitOutcome.NotSent, StatusCode: null } => failure.IsTransient,
            { Outcome: SubmitOutcome.Throttled, StatusCode: 429 } => retryThrottled,
            _ => false,
        });
    }

    /// <summary>Every call of an app may be repeated, and a longer pause that it asks for is cut: to ask sooner does no harm.</summary>
    public static ResiliencePipeline ForApp(int retries, TimeProvider time) => retries <= 0
        ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = retries,
                Delay = FirstPauseOfApp,
                MaxDelay = LongestPauseOfApp,
                BackoffType = DelayBackoffType.Exponential,
                ShouldHandle = static tried => ValueTask.FromResult(tried.Outcome.Exception is EvolinkException { IsTransient: true }),
                DelayGenerator = static tried => ValueTask.FromResult(
                    (tried.Outcome.Exception as EvolinkException)?.RetryAfter is { } asked
                        ? asked < LongestPauseOfApp ? asked : LongestPauseOfApp
                        : (TimeSpan?)null),
            })
            .Build();

    private static ResiliencePipeline Build(
        EvolinkRetryOptions options, TimeProvider time, int retries, Func<EvolinkException, bool> mayRetry)
    {
        if (retries <= 0) return ResiliencePipeline.Empty;
        var longest = options.MaxDelay;
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = retries,
                Delay = options.BaseDelay,
                MaxDelay = longest,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is EvolinkException failure && mayRetry(failure) && !(failure.RetryAfter > longest)),
                DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as EvolinkException)?.RetryAfter),
            })
            .Build();
    }
}
