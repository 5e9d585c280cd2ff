namespace Evolink.Simulator;

/// <summary>What a task looks like at one moment: a pure function of what is known of it and of the time.</summary>
/// <param name="Status">As on the wire.</param>
/// <param name="Progress">In percent.</param>
/// <param name="EndedAt">When it ended, if it has.</param>
/// <param name="Failure">Why it failed, if it did and says so.</param>
internal sealed record TaskCourse(string Status, int Progress, DateTimeOffset? EndedAt = null, TaskFailure? Failure = null)
{
    public const string Pending = "pending";
    public const string Processing = "processing";
    public const string Completed = "completed";
    public const string Failed = "failed";

    public bool IsCompleted => EndedAt is not null && Status == Completed;

    public static TaskCourse Of(SimulatedTask task, DateTimeOffset now)
    {
        if (task.Forced is { } forced)
            return forced.Failure is null ? Done(forced.At) : new TaskCourse(Failed, 0, forced.At, forced.Failure);
        if (task is { ImageFailure: { } failure, ImageCheckedAt: { } checkedAt })
            return new TaskCourse(Failed, 0, checkedAt, failure);
        return EndOf(task) is { } end && now >= end ? Ended(task, end) : UnderWay(task, now);
    }

    /// <summary>When the task ends by itself; <see langword="null"/>: not known yet, or never.</summary>
    public static DateTimeOffset? EndOf(SimulatedTask task)
    {
        if (task.ImageCheckedAt is not { } checkedAt || task.Script.Reads.OfType<ReadFault.Stuck>().Any())
            return null;
        DateTimeOffset due = task.CreatedAt + task.TakesTime;
        return due > checkedAt ? due : checkedAt;
    }

    private static TaskCourse Ended(SimulatedTask task, DateTimeOffset end)
    {
        foreach (ReadFault fault in task.Script.Reads)
        {
            switch (fault)
            {
                case ReadFault.Fails fails:
                    string message = fails.Message ?? $"The generation failed ({fails.Code}).\nPlease see the documentation.";
                    return new TaskCourse(Failed, 0, end, new TaskFailure(fails.Code, message));
                case ReadFault.FailsWithoutError:
                    return new TaskCourse(Failed, 0, end);
                case ReadFault.Cancelled cancelled:
                    return new TaskCourse(cancelled.Spelling, 0, end, new TaskFailure("request_cancelled", "The task was cancelled."));
            }
        }

        return Done(end);
    }

    private static TaskCourse Done(DateTimeOffset end) => new(Completed, 100, end);

    private static TaskCourse UnderWay(SimulatedTask task, DateTimeOffset now)
    {
        double fraction = task.TakesTime > TimeSpan.Zero ? Math.Clamp((now - task.CreatedAt) / task.TakesTime, 0, 1) : 0;
        if (fraction < 0.1)
            return new TaskCourse(Pending, 0);
        int progress = Math.Min(99, (int)(fraction * 100));
        foreach (ReadFault fault in task.Script.Reads)
        {
            progress = fault switch
            {
                ReadFault.ZeroUntilDone => 0,
                ReadFault.GoesDown => 99 - progress,
                _ => progress,
            };
        }

        return new TaskCourse(Processing, progress);
    }
}
