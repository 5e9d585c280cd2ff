namespace Evolink.LocalHost.Chaos;

/// <summary>
/// A job that had something to do when a kill came, from the kill until it was done. To do is: to begin, once it was accepted; an activity that
/// the orchestration has ordered; what comes after a timer that is due. A job that only waits, for a callback or for a time to come, is not interrupted.
/// </summary>
/// <param name="Job">The job.</param>
/// <param name="Length">From the first kill until the activity's outcome, or the next activity, is in the orchestration's history.</param>
/// <param name="Kills">The kills in that time.</param>
internal sealed record Standstill(string Job, TimeSpan Length, IReadOnlyList<Kill> Kills)
{
    /// <summary>What was killed, or that there were several kills.</summary>
    public string Cause => Kills is [var kill] ? kill.Victim.ToString() : "Several";

    /// <summary>All standstills of a job. Pure.</summary>
    public static IEnumerable<Standstill> Of(DurableRun run, IReadOnlyList<Kill> kills)
    {
        // What there is to do, since when; and the first kill since then.
        (int Order, DateTimeOffset Due) next = (-1, run.Started);
        DateTimeOffset? interrupted = null;
        DateTimeOffset now = run.Started;
        foreach (HistoryEvent row in run.History)
        {
            switch (row.Type)
            {
                case "OrchestratorStarted":
                    now = row.At;
                    interrupted ??= kills.FirstOrDefault(kill => kill.At >= next.Due && kill.At < now)?.At;
                    break;
                case "TaskScheduled" or "TaskCompleted" or "ExecutionCompleted":
                    if (interrupted is { } since)
                        yield return new Standstill(run.Id, now - since, [.. kills.Where(kill => kill.At >= since && kill.At < now)]);
                    interrupted = null;
                    next = (row.Order, row.Type == "TaskScheduled" ? row.At : DateTimeOffset.MaxValue);
                    break;
                // The outcome of an activity that died with its worker: its retry is still to come.
                case "TaskFailed" or "TimerFired" when row.Order == next.Order:
                    next = (-1, DateTimeOffset.MaxValue);
                    break;
                case "TimerCreated":
                    next = (row.Order, row.FireAt!.Value);
                    break;
            }
        }
    }
}
