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
            .WithOutcome("a", 1, Jobs.Taken, Now)
            .WithCompletedSeen(Jobs.First, Now)
            .WithVideo(Jobs.First, Jobs.Video, Now)
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
        JobRecord parked = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now).WithOutcome("a", 1, entry => entry with { State = state }, Now);
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
        job = state == AttemptState.Intent ? job : job.WithOutcome("a", 1, entry => entry with { State = state, TaskId = "t" }, Now);
        Assert.Same(job, job.WithIntent(Jobs.Intent(1, "b"), Now));
        Assert.Same(job, job.WithIntent(Jobs.Intent(2, "b"), Now));
    }

    [Fact]
    public void Only_the_owner_of_an_intent_says_that_it_was_refused()
    {
        JobRecord job = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now);
        Assert.Same(job, job.WithOutcome("b", 1, entry => entry with { State = AttemptState.Throttled }, Now));
    }

    [Fact]
    public void That_evolink_accepted_it_is_true_whoever_owns_the_entry_by_now()
    {
        JobRecord replayed = Jobs.Unknown().WithReplay("b", Now + TimeSpan.FromMinutes(1), Now);
        Assert.Equal("task-1", replayed.WithOutcome("a", 1, Jobs.Taken, Now).CurrentAttempt!.TaskId);
    }

    [Fact]
    public void An_answer_that_comes_after_the_end_is_noted_and_opens_nothing()
    {
        JobRecord failed = Jobs.Unknown().WithGivenUp(Jobs.First, new JobError("submission_outcome_unknown", "x"), Now).WithEnd(Now);
        JobRecord late = failed.WithOutcome("a", 1, Jobs.Taken, Now);
        Assert.Equal(JobState.Failed, late.State);
        Assert.Equal("task-1", late.CurrentAttempt!.TaskId);
    }

    [Fact]
    public void An_answer_that_comes_before_the_end_takes_the_giving_up_back()
    {
        JobRecord givenUp = Jobs.Unknown().WithGivenUp(Jobs.First, new JobError("submission_outcome_unknown", "x"), Now);
        JobRecord late = givenUp.WithOutcome("a", 1, Jobs.Taken, Now);
        Assert.Equal(JobState.Waiting, late.State);
        Assert.Null(late.Error);
    }

    [Fact]
    public void Nobody_gives_up_on_an_attempt_that_became_known_meanwhile()
    {
        JobRecord waiting = Jobs.Waiting();
        Assert.Same(waiting, waiting.WithGivenUp(Jobs.First, new JobError("submission_outcome_unknown", "x"), Now));
        Assert.Same(waiting, waiting.WithSubmitError(1, 1, new JobError("submit_expired", "x"), Now));
    }

    [Fact]
    public void A_finding_about_an_earlier_attempt_does_not_touch_the_next_one()
    {
        JobRecord second = Jobs.Waiting().WithRegeneration(Jobs.First, new JobError("service_error", "x"), new Regeneration(Now, Now), 1, Now)
            .WithIntent(Jobs.Intent(2, "b"), Now).WithOutcome("b", 2, Jobs.Taken, Now);
        Func<JobRecord, JobRecord>[] late =
        [
            record => record.WithRegeneration(Jobs.First, new JobError("x", "y"), new Regeneration(Now, Now), 9, Now),
            record => record.WithTaskError(Jobs.First, new JobError("x", "y"), Now), record => record.WithNotFound(Jobs.First, Now),
            record => record.WithCompletedSeen(Jobs.First, Now), record => record.WithReading(Jobs.First, 50, new TaskCredits(1), Now),
            record => record.WithSaveTry(Jobs.First, "No answer.", null, Now), record => record.WithVideo(Jobs.First, Jobs.Video, Now),
        ];
        Assert.All(late, change => Assert.Same(second, change(second)));
    }

    [Fact]
    public void Regeneration_stops_at_its_limit()
    {
        JobRecord waiting = Jobs.Waiting();
        Assert.Same(waiting, waiting.WithRegeneration(Jobs.First, new JobError("service_error", "x"), new Regeneration(Now, Now), 0, Now));
    }

    [Fact]
    public void A_job_that_is_opened_again_waits_for_the_task_that_the_operator_named()
    {
        JobRecord opened = Jobs.Unknown().WithGivenUp(Jobs.First, new JobError("submission_outcome_unknown", "x"), Now).WithEnd(Now).WithReopened("task-9", Now);
        Assert.Equal((2, JobState.Waiting, "task-9"), (opened.Revision, opened.State, opened.CurrentAttempt!.TaskId));
        Assert.Null(opened.Error);
        Assert.Equal($"{opened.Id}-r2", opened.Ref.InstanceId);
    }

    [Fact]
    public void An_owner_who_comes_back_after_its_lease_still_tells_the_truth()
    {
        JobRecord expired = Jobs.Accepted().WithIntent(Jobs.Intent(1, "a"), Now).WithLeaseExpired(Now + TimeSpan.FromHours(1));
        Assert.Equal(JobState.Unknown, expired.State);
        Assert.Equal(JobState.Waiting, expired.WithOutcome("a", 1, Jobs.Taken, Now).State);
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
            record => record.WithIntent(Jobs.Intent(2, "b"), Now), record => record.WithReading(Jobs.First, 50, new TaskCredits(1), Now),
            record => record.WithNotFound(Jobs.First, Now), record => record.WithRefundAwaited(Jobs.First, Now),
            record => record.WithCompletedSeen(Jobs.First, Now), record => record.WithSaveTry(Jobs.First, "No answer.", null, Now), record => record.WithVideo(Jobs.First, Jobs.Video, Now),
            record => record.WithError(new JobError("x", "y"), Now), record => record.WithCancelRequest(Now), record => record.WithEnd(Now),
            record => record.WithRegeneration(Jobs.First, new JobError("x", "y"), new Regeneration(Now, Now), 3, Now), record => record.WithCandidate(1, "t", Now),
        ];
        Assert.All(changes, change => Assert.Same(job, change(job)));
    }

    [Fact]
    public void What_was_returned_is_noted_once_and_what_was_charged_as_it_was_told_last()
    {
        JobRecord job = Jobs.Waiting().WithReading(Jobs.First, 0, new TaskCredits(Used: 50), Now)
            .WithReading(Jobs.First, 0, new TaskCredits(Used: 0, Returned: 50), Now);
        Assert.Equal((0m, 50m), (job.CurrentAttempt!.CreditsUsed, job.CurrentAttempt.CreditsReturned));
        Assert.Same(job, job.WithReading(Jobs.First, 0, new TaskCredits(Returned: 70), Now));
        Assert.Same(job, job.WithReading(Jobs.First, 0, new TaskCredits(), Now));
    }

    [Theory]
    [InlineData("task-1", 50)]
    [InlineData("another", null)]
    public void A_job_that_is_opened_again_keeps_what_was_returned_for_the_same_task_only(string task, int? returned)
    {
        JobRecord failed = Jobs.Waiting().WithReading(Jobs.First, 0, new TaskCredits(Returned: 50), Now)
            .WithTaskError(Jobs.First, new JobError("x", "y"), Now).WithEnd(Now);
        Assert.Equal(returned, failed.WithReopened(task, Now).CurrentAttempt!.CreditsReturned);
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
        JobRecord job = Jobs.Waiting().WithReading(Jobs.First, 70, new TaskCredits(), Now);
        Assert.Equal(70, job.WithReading(Jobs.First, 30, new TaskCredits(), Now).Progress);
        Assert.Equal(95, job.WithReading(Jobs.First, 100, new TaskCredits(), Now).Progress);
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
    public void The_callback_of_another_attempt_names_no_task_of_this_one()
    {
        JobRecord job = Jobs.Unknown();
        Assert.Same(job, job.WithCandidate(2, "task-2", Now));
        Assert.Same(job, job.WithCandidate(0, "task-0", Now));
    }

    [Fact]
    public void A_job_that_was_given_up_while_its_task_was_found_has_no_end_yet()
    {
        JobRecord givenUp = Jobs.Unknown().WithGivenUp(Jobs.First, new JobError("submission_outcome_unknown", "lost"), Now);
        JobRecord found = givenUp.WithAdopted(1, Jobs.Taken, Now);
        Assert.Same(found, found.WithEnd(Now));
        Assert.Equal(JobState.Failed, givenUp.WithEnd(Now).State);
    }

    [Fact]
    public void A_failed_task_that_may_be_generated_again_keeps_its_entry_and_gets_a_new_number()
    {
        JobRecord again = Jobs.Waiting().WithRegeneration(Jobs.First, new JobError("service_error", "x"), new Regeneration(Now, Now), 1, Now).WithIntent(Jobs.Intent(2, "b"), Now);
        Assert.Equal([1, 2], again.Attempts.Select(attempt => attempt.Number));
        Assert.Equal("service_error", again.Attempts[0].Error!.Code);
    }

    [Fact]
    public void A_cancelled_job_is_not_removed_while_its_submit_may_still_be_answered()
    {
        Attempt intent = Jobs.Intent(1, "a");
        JobRecord cancelled = Jobs.Accepted().WithIntent(intent, Now).WithCancelRequest(Now).WithEnd(Now);
        Assert.Equal((JobState.Cancelled, AttemptState.Intent), (cancelled.State, cancelled.CurrentAttempt!.State));
        Assert.Same(cancelled, cancelled.WithRemoval(intent.LeaseUntil - TimeSpan.FromSeconds(1)));
        Assert.NotNull(cancelled.WithRemoval(intent.LeaseUntil).RemovedAt);
        Assert.NotNull(cancelled.WithOutcome("a", 1, Jobs.Taken, Now).WithRemoval(Now).RemovedAt);
    }

    [Fact]
    public void A_job_put_off_for_hours_keeps_a_short_timeline()
    {
        JobRecord job = Jobs.Accepted();
        for (int i = 0; i < 500; i++)
        {
            job = job.WithIntent(Jobs.Intent(1, $"o{i}"), Now);
            job = job.WithOutcome($"o{i}", 1, entry => entry with { State = AttemptState.Throttled }, Now);
        }

        Assert.True(job.Timeline.Length <= 64);
        Assert.Equal(JobState.Accepted, job.Timeline[0].State);
        Assert.Equal(JobState.Parked, job.Timeline[^1].State);
    }
}
