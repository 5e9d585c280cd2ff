namespace Evolink.Client;

/// <summary>The pace of asking for a task.</summary>
internal static class TaskPolling
{
    /// <summary>Evolink's usual estimate for a video.</summary>
    public static readonly TimeSpan UsualEstimate = TimeSpan.FromSeconds(120);

    /// <summary>
    /// A tenth of the estimate, give or take a fifth so that many waiters do not ask at once, within the pace that
    /// <paramref name="options"/> allow.
    /// </summary>
    public static TimeSpan Pause(TimeSpan estimate, WaitOptions options, double random)
    {
        var pause = Math.Clamp(estimate.TotalSeconds / 10, options.MinPollInterval.TotalSeconds, options.MaxPollInterval.TotalSeconds);
        var jittered = pause * (0.8 + 0.4 * random);
        return TimeSpan.FromSeconds(
            Math.Clamp(jittered, options.MinPollInterval.TotalSeconds, options.MaxPollInterval.TotalSeconds));
    }

    /// <summary>Whether a failure to read says nothing about the task: a blip, or a new task that is not found yet.</summary>
    public static bool IsBearable(EvolinkException failure, TimeSpan waited, WaitOptions options) =>
        failure.IsTransient || (failure.StatusCode == 404 && waited < options.NotFoundGrace);

    /// <summary>No pause where the time is already over.</summary>
    public static TimeSpan AtLeastZero(TimeSpan pause) => pause > TimeSpan.Zero ? pause : TimeSpan.Zero;

    /// <summary>The failure of having waited too long.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="options">How it was waited.</param>
    /// <param name="last">Why the last read failed, if it did.</param>
    public static EvolinkException Expired(string taskId, WaitOptions options, EvolinkException? last) =>
        new($"Task {taskId} did not end within {options.MaxWait}. It goes on at Evolink; wait for it again, or read it later.", SubmitOutcome.Unknown, last)
        {
            Code = EvolinkErrorCodes.WaitExpired,
            IsTransient = true,
        };
}
