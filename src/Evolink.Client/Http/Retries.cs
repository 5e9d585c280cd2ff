using Polly;
using Polly.Retry;

namespace Evolink.Client;

/// <summary>The two ways of trying again.</summary>
internal static class Retries
{
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
