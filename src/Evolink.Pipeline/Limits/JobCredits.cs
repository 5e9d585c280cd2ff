using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Limits;

/// <summary>What a job costs.</summary>
internal static class JobCredits
{
    // The defaults of Evolink's own API.
    public const int DefaultSeconds = 5;
    public const string DefaultQuality = "720p";

    extension(JobRecord job)
    {
        /// <summary>Seconds of video that were asked for.</summary>
        public int Seconds => job.Duration ?? DefaultSeconds;

        /// <summary>Quality that was asked for.</summary>
        public string QualityOrDefault => job.Quality ?? DefaultQuality;

        /// <summary>
        /// Credits of all attempts, as Evolink told them: the charge, or before that what it reserved, less what it gave back. Null where
        /// it told nothing. An attempt whose outcome is not known has told nothing either, and may have been paid.
        /// </summary>
        public decimal? Credits => job.Attempts.Aggregate(
            (decimal?)null, (sum, attempt) => attempt.Cost is { } credits ? (sum ?? 0) + credits : sum);

        /// <summary>Whether an attempt may have been paid for which no credits are known.</summary>
        public bool HasUnknownCost => job.Attempts.Any(attempt =>
            attempt.State is AttemptState.Accepted or AttemptState.Unknown or AttemptState.Intent && attempt.Cost is null);
    }

    extension(Attempt attempt)
    {
        // What is returned is returned of the whole: the charge, if there was one beside it, or the reservation.
        private decimal? Cost => attempt.CreditsReturned is { } returned
            ? Math.Max(0, Math.Max(attempt.CreditsReserved ?? 0, attempt.CreditsUsed ?? 0) - returned)
            : attempt.CreditsUsed ?? attempt.CreditsReserved;
    }
}
