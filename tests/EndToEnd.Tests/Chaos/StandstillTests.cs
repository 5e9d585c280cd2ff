using Evolink.LocalHost.Chaos;

namespace EndToEnd.Tests.Chaos;

public sealed class StandstillTests
{
    private static readonly DateTimeOffset Zero = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_activity_that_was_under_way_stands_still_until_its_outcome_is_known() =>
        Assert.Equal("60 Host", Standstills([Kill(Victim.Host, 3)], Turn(1), Scheduled(1, 0), Turn(63), Completed(63, 0), Scheduled(63, 1), Turn(64), Completed(64, 1)));

    [Fact]
    public void A_job_whose_activity_failed_with_its_worker_stands_still_until_it_is_tried_again() =>
        Assert.Equal("2 Worker", Standstills([Kill(Victim.Worker, 3)], Turn(1), Scheduled(1, 0), Turn(3.1), Failed(3.1, 0), Timer(3.1, 1, due: 5), Turn(5), Fired(5, 1), Scheduled(5, 2)));

    [Fact]
    public void A_job_that_waits_is_not_interrupted() =>
        Assert.Equal("", Standstills([Kill(Victim.Host, 3)], Turn(1), Timer(1, 0, due: 9), Turn(9), Fired(9, 0), Scheduled(9, 1)));

    [Fact]
    public void A_timer_that_falls_due_after_the_kill_stands_still_from_the_next_kill() =>
        Assert.Equal("1 Both", Standstills([Kill(Victim.Host, 3), Kill(Victim.Both, 9)], Turn(1), Timer(1, 0, due: 8), Turn(10), Fired(10, 0), Scheduled(10, 1)));

    [Fact]
    public void A_job_that_was_accepted_and_not_begun_stands_still() =>
        Assert.Equal("4 Both", Standstills([Kill(Victim.Both, 1)], Turn(5), new HistoryEvent(At(0), "ExecutionStarted", -1), Scheduled(5, 0)));

    [Fact]
    public void Several_kills_make_one_standstill() =>
        Assert.Equal("61 Several", Standstills([Kill(Victim.Worker, 3), Kill(Victim.Host, 4)], Turn(1), Scheduled(1, 0), Turn(64), Completed(64, 0)));

    [Fact]
    public void What_happens_beside_the_activity_does_not_end_it() =>
        Assert.Equal(
            "60 Host",
            Standstills(
                [Kill(Victim.Host, 3)],
                Turn(1), Timer(1, 0, due: 9), Turn(2), new HistoryEvent(At(2), "EventRaised", -1), Scheduled(2, 1), Turn(9), Fired(9, 0), Turn(63), Completed(63, 1)));

    private static string Standstills(Kill[] kills, params HistoryEvent[] history) =>
        string.Join(", ", Standstill.Of(new DurableRun("gen-a", At(0), history), kills).Select(standstill => $"{standstill.Length.TotalSeconds:0.###} {standstill.Cause}"));

    private static DateTimeOffset At(double second) => Zero.AddSeconds(second);

    private static Kill Kill(Victim victim, double second) => new(victim, At(second));

    private static HistoryEvent Turn(double second) => new(At(second), "OrchestratorStarted", -1);

    private static HistoryEvent Scheduled(double second, int order) => new(At(second), "TaskScheduled", order);

    private static HistoryEvent Completed(double second, int order) => new(At(second), "TaskCompleted", order);

    private static HistoryEvent Failed(double second, int order) => new(At(second), "TaskFailed", order);

    private static HistoryEvent Timer(double second, int order, double due) => new(At(second), "TimerCreated", order, At(due));

    private static HistoryEvent Fired(double second, int order) => new(At(second), "TimerFired", order);
}
