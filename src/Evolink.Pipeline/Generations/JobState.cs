using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>Where a job stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<JobState>))]
public enum JobState
{
    /// <summary>The record is written, nothing was sent.</summary>
    Accepted,

    /// <summary>A submit is under way.</summary>
    Submitting,

    /// <summary>Nothing was paid, and the submit waits: throttled, without balance, or paused.</summary>
    Parked,

    /// <summary>A submit was sent and nobody knows whether it was paid.</summary>
    Unknown,

    /// <summary>Evolink works on it.</summary>
    Waiting,

    /// <summary>The video is finished and on its way to storage.</summary>
    Saving,

    /// <summary>The video is in storage.</summary>
    Completed,

    /// <summary>It ended without a video.</summary>
    Failed,

    /// <summary>The client did not want it any more.</summary>
    Cancelled,
}

/// <summary>What follows from a <see cref="JobState"/>.</summary>
public static class JobStates
{
    /// <summary>When an older version looks again at a job that a newer one has taken further than it knows.</summary>
    public static readonly TimeSpan LeftAlone = TimeSpan.FromMinutes(5);

    extension(JobState state)
    {
        /// <summary>Whether the job is over. Such a state never changes within a revision.</summary>
        public bool IsTerminal => state is JobState.Completed or JobState.Failed or JobState.Cancelled;

        /// <summary>Whether this version knows what the state means. Of one that it does not know it leaves the job alone.</summary>
        public bool IsKnown => state is >= JobState.Accepted and <= JobState.Cancelled;

        /// <summary>The status in the words of Evolink's task query.</summary>
        public string WireStatus => state switch
        {
            JobState.Accepted or JobState.Submitting or JobState.Parked => "pending",
            JobState.Unknown or JobState.Waiting or JobState.Saving => "processing",
            JobState.Completed => "completed",
            JobState.Failed or JobState.Cancelled => "failed",
            // A newer version knows how far it is.
            _ => "processing",
        };
    }
}
