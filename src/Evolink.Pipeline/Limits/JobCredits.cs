using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Limits;

/// <summary>What a job costs.</summary>
internal static class JobCredits
{
    // The defaults of Evolink's own API.
    private const int DefaultSeconds = 5;
    private const string DefaultQuality = "720p";

    extension(JobRecord job)
    {
        /// <summary>Seconds of video that were asked for.</summary>
        public int Seconds => job.Duration ?? DefaultSeconds;

        /// <summary>Quality that was asked for.</summary>
        public string QualityOrDefault => job.Quality ?? DefaultQuality;

        /// <summary>
        /// Credits of all attempts, as Evolink told them: the charge, or before that what it reserved. Null where it told nothing. An attempt whose
        /// outcome is not known has told nothing either, and may have been paid.
        /// </summary>
        public decimal? Credits => job.Attempts.Aggregate(
            (decimal?)null, (sum, attempt) => (attempt.CreditsUsed ?? attempt.CreditsReserved) is { } credits ? (sum ?? 0) + credits : sum);

        /// <summary>Whether an attempt may have been paid for which no credits are known.</summary>
        public bool HasUnknownCost => job.Attempts.Any(attempt =>
            attempt.State is AttemptState.Accepted or AttemptState.Unknown or AttemptState.Intent && attempt.CreditsUsed is null && attempt.CreditsReserved is null);
    }
}
