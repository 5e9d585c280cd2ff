using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class SubmitGateTests
{
    private const int Tolerated = 3;
    private static readonly DateTimeOffset Now = Jobs.Start;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static Attempt With(AttemptState state, DateTimeOffset? retryAt = null) => Jobs.Intent(1, "a") with { State = state, RetryAt = retryAt };

    private static GateState Down(out DateTimeOffset pausedUntil)
    {
        GateState gate = new();
        for (int i = 0; i < Tolerated; i++)
            gate = gate.After(JobId.New(), With(AttemptState.Unknown), Tolerated, Now);
        pausedUntil = gate.PausedUntil!.Value;
        return gate;
    }

    [Fact]
    public void An_open_gate_that_hears_of_success_is_not_written_again()
    {
        GateState gate = new();
        Assert.Same(gate, gate.After(JobId.New(), With(AttemptState.Accepted), Tolerated, Now));
        Assert.Null(gate.ClosedFor(JobId.New(), Tolerated, Now));
    }

    [Fact]
    public void A_throttled_job_holds_everybody_back_until_its_time_and_no_longer()
    {
        GateState gate = new GateState().After(JobId.New(), With(AttemptState.Throttled, Now + Minute), Tolerated, Now);
        Assert.Equal(Now + Minute, gate.ClosedFor(JobId.New(), Tolerated, Now));
        Assert.Null(gate.ClosedFor(JobId.New(), Tolerated, Now + Minute));
    }

    [Fact]
    public void Unknown_outcomes_of_one_job_are_no_outage()
    {
        JobId job = JobId.New();
        GateState gate = new();
        for (int i = 0; i < 10; i++)
            gate = gate.After(job, With(AttemptState.Unknown), Tolerated, Now);
        Assert.Null(gate.ClosedFor(JobId.New(), Tolerated, Now));
    }

    [Fact]
    public void Unknown_outcomes_of_several_jobs_in_a_row_pause_everybody()
    {
        GateState gate = Down(out DateTimeOffset until);
        Assert.True(until > Now);
        Assert.Equal(until, gate.ClosedFor(JobId.New(), Tolerated, Now));
    }

    [Fact]
    public void A_known_outcome_in_between_starts_the_count_anew()
    {
        GateState gate = new GateState().After(JobId.New(), With(AttemptState.Unknown), Tolerated, Now)
            .After(JobId.New(), With(AttemptState.Unknown), Tolerated, Now)
            .After(JobId.New(), With(AttemptState.Rejected), Tolerated, Now)
            .After(JobId.New(), With(AttemptState.Unknown), Tolerated, Now);
        Assert.Null(gate.ClosedFor(JobId.New(), Tolerated, Now));
    }

    [Fact]
    public void After_the_pause_one_job_probes_and_the_others_wait_for_it()
    {
        JobId probe = JobId.New(), other = JobId.New();
        GateState gate = Down(out DateTimeOffset until).WithProbe(probe, Tolerated, ProbeEnd(until), until);
        Assert.Null(gate.ClosedFor(probe, Tolerated, until));
        Assert.Equal(ProbeEnd(until), gate.ClosedFor(other, Tolerated, until));
        Assert.Same(gate, gate.WithProbe(other, Tolerated, until + Minute, until));

        static DateTimeOffset ProbeEnd(DateTimeOffset from) => from + Minute;
    }

    [Fact]
    public void A_probe_that_comes_through_opens_the_gate()
    {
        JobId probe = JobId.New();
        GateState gate = Down(out DateTimeOffset until).WithProbe(probe, Tolerated, until + Minute, until).After(probe, With(AttemptState.Accepted), Tolerated, until);
        Assert.Null(gate.ClosedFor(JobId.New(), Tolerated, until));
    }

    [Fact]
    public void Every_probe_that_fails_makes_the_next_pause_longer()
    {
        GateState gate = Down(out DateTimeOffset first);
        JobId probe = JobId.New();
        GateState again = gate.WithProbe(probe, Tolerated, first + Minute, first).After(probe, With(AttemptState.Unknown), Tolerated, first);
        Assert.True(again.PausedUntil - first > first - Now);
    }

    [Fact]
    public void A_probe_that_died_is_followed_by_another()
    {
        GateState gate = Down(out DateTimeOffset until).WithProbe(JobId.New(), Tolerated, until + Minute, until);
        JobId next = JobId.New();
        Assert.Equal(next, gate.WithProbe(next, Tolerated, until + Minute + Minute, until + Minute).Probe);
    }

    [Fact]
    public void A_probe_that_was_not_sent_leaves_its_place_to_another_at_once()
    {
        JobId probe = JobId.New(), other = JobId.New();
        GateState gate = Down(out DateTimeOffset until).WithProbe(probe, Tolerated, until + Minute, until);
        Assert.Same(gate, gate.After(other, With(AttemptState.NotSent, until), Tolerated, until));
        GateState free = gate.After(probe, With(AttemptState.NotSent, until), Tolerated, until);
        Assert.Null(free.ClosedFor(other, Tolerated, until));
        Assert.Equal(other, free.WithProbe(other, Tolerated, until + Minute, until).Probe);
    }

    [Fact]
    public void What_a_job_waited_for_an_operator_does_not_count()
    {
        TimeSpan longest = TimeSpan.FromHours(6);
        GateState open = new();
        Assert.Equal(Now + longest, open.EndOfWait(Now, longest));
        GateState stopped = open.WithStop("ops", Now + Minute);
        Assert.Equal(DateTimeOffset.MaxValue, stopped.EndOfWait(Now, longest));
        GateState resumed = stopped.WithoutStop(Now + (3 * longest));
        Assert.Equal(Now + (4 * longest), resumed.EndOfWait(Now, longest));
        Assert.Equal(Now + (6 * longest), resumed.EndOfWait(Now + (5 * longest), longest));
    }
}
