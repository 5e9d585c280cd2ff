using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class JobTransitionsTests
{
    private static readonly DateTimeOffset Now = Jobs.Start;

    [Fact]
    public void The_way_of_a_job_is_accepted_submitting_waiting_saving_completed()
    {
        JobRecord job = Jobs.Accepted()
            .WithIntent(Jobs.Intent(1, "a"), Now)
            .WithOutcome("a", Jobs.Taken, Now)
            .WithCompletedSeen(Now)
            .WithVideo(Jobs.Video, Now)
            .WithEnd(Now);
        Assert.Equal(
            [JobState.Accepted, JobState.Submitting, JobState.Waiting, JobState.Saving, JobState.Completed],
            job.Timeline.Select(change => change.State));
    }

    [Theory]
    [InlineData(AttemptState.NotSent)]
    [InlineData(AttemptState.Throttled)]
    public void What_was_surely_not_paid_may_be_tried_again_under_the_same_number(AttemptState state)
    {
        JobRecord parked = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now).WithOutcome("a", entry => entry with { State = state }, Now);
        Assert.Equal(JobState.Parked, parked.State);
        JobRecord again = parked.WithIntent(Jobs.Intent(1, "b"), Now);
        Assert.Equal("b", Assert.Single(again.Attempts).Owner);
    }

    [Theory]
    [InlineData(AttemptState.Intent)]
    [InlineData(AttemptState.Unknown)]
    [InlineData(AttemptState.Rejected)]
    [InlineData(AttemptState.Accepted)]
    public void What_was_perhaps_or_surely_paid_or_refused_is_never_sent_again(AttemptState state)
    {
        JobRecord job = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now);
        job = state == AttemptState.Intent ? job : job.WithOutcome("a", entry => entry with { State = state, TaskId = "t" }, Now);
        Assert.Same(job, job.WithIntent(Jobs.Intent(1, "b"), Now));
        Assert.Same(job, job.WithIntent(Jobs.Intent(2, "b"), Now));
    }

    [Fact]
    public void Only_the_owner_of_an_intent_says_what_became_of_it()
    {
        JobRecord job = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now);
        Assert.Same(job, job.WithOutcome("b", Jobs.Taken, Now));
    }

    [Fact]
    public void An_owner_who_comes_back_after_its_lease_still_tells_the_truth()
    {
        JobRecord expired = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now).WithLeaseExpired(Now + TimeSpan.FromHours(1));
        Assert.Equal(JobState.Unknown, expired.State);
        Assert.Equal(JobState.Waiting, expired.WithOutcome("a", Jobs.Taken, Now).State);
    }

    [Fact]
    public void A_live_lease_does_not_expire()
    {
        JobRecord job = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now);
        Assert.Same(job, job.WithLeaseExpired(Now));
    }

    [Fact]
    public void An_unknown_attempt_is_replayed_by_one_execution_and_once()
    {
        JobRecord unknown = Jobs.Unknown();
        JobRecord taken = unknown.WithReplay("b", Now + TimeSpan.FromMinutes(1), Now);
        Assert.Equal("b", taken.CurrentAttempt!.Owner);
        Assert.Same(taken, taken.WithReplay("c", Now + TimeSpan.FromMinutes(1), Now));
    }

    [Fact]
    public void A_cancel_is_never_erased_and_stops_new_intents()
    {
        JobRecord cancelled = Jobs.Accepted().WithCancelRequest(Now);
        Assert.Same(cancelled, cancelled.WithCancelRequest(Now + TimeSpan.FromHours(1)));
        Assert.Same(cancelled, cancelled.WithIntent(Jobs.Intent(1, "a"), Now));
        Assert.Equal(JobState.Cancelled, cancelled.WithEnd(Now).State);
    }

    public static TheoryData<JobState> TerminalStates => [JobState.Completed, JobState.Failed, JobState.Cancelled];

    [Theory]
    [MemberData(nameof(TerminalStates))]
    public void A_terminal_state_never_changes(JobState state)
    {
        JobRecord job = Jobs.Waiting() with { State = state };
        Func<JobRecord, JobRecord>[] changes =
        [
            record => record.WithIntent(Jobs.Intent(2, "b"), Now), record => record.WithReading(50, 1, Now), record => record.WithNotFound(Now),
            record => record.WithCompletedSeen(Now), record => record.WithSaveTry(Now), record => record.WithVideo(Jobs.Video, Now),
            record => record.WithError(new JobError("x", "y"), Now), record => record.WithCancelRequest(Now), record => record.WithEnd(Now),
            record => record.WithRegeneration(new JobError("x", "y"), Now), record => record.WithCandidate(1, "t", Now),
        ];
        Assert.All(changes, change => Assert.Same(job, change(job)));
    }

    [Fact]
    public void The_first_reason_stays()
    {
        JobRecord failed = Jobs.Waiting().WithError(new JobError("first", "a"), Now);
        Assert.Equal("first", failed.WithError(new JobError("second", "b"), Now).Error!.Code);
    }

    [Fact]
    public void Progress_never_falls_and_stays_below_the_end()
    {
        JobRecord job = Jobs.Waiting().WithReading(70, null, Now);
        Assert.Equal(70, job.WithReading(30, null, Now).Progress);
        Assert.Equal(95, job.WithReading(100, null, Now).Progress);
    }

    [Fact]
    public void Candidates_are_noted_only_while_the_outcome_is_open_and_only_a_few()
    {
        JobRecord job = Jobs.Unknown();
        for (int i = 0; i < 20; i++)
            job = job.WithCandidate(1, $"task-{i}", Now);
        Assert.Equal(8, job.CurrentAttempt!.Candidates.Length);
        JobRecord known = Jobs.Waiting();
        Assert.Same(known, known.WithCandidate(1, "other", Now));
    }

    [Fact]
    public void A_failed_task_that_may_be_generated_again_keeps_its_entry_and_gets_a_new_number()
    {
        JobRecord again = Jobs.Waiting().WithRegeneration(new JobError("service_error", "x"), Now).WithIntent(Jobs.Intent(2, "b"), Now);
        Assert.Equal([1, 2], again.Attempts.Select(attempt => attempt.Number));
        Assert.Equal("service_error", again.Attempts[0].Error!.Code);
    }

    [Fact]
    public void A_job_put_off_for_hours_keeps_a_short_timeline()
    {
        JobRecord job = Jobs.Accepted();
        for (int i = 0; i < 500; i++)
        {
            job = job.WithIntent(Jobs.Intent(1, $"o{i}"), Now);
            job = job.WithOutcome($"o{i}", entry => entry with { State = AttemptState.Throttled }, Now);
        }

        Assert.True(job.Timeline.Length <= 64);
        Assert.Equal(JobState.Accepted, job.Timeline[0].State);
        Assert.Equal(JobState.Parked, job.Timeline[^1].State);
    }
}
