using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Limits;

/// <summary>The account of a client, as a pure function.</summary>
public sealed class ClientAccountTests
{
    private const decimal PerSecond = 10;

    private static readonly ClientLimits Limits = new() { MaxInFlight = 2, CreditsPerDay = 120 };

    private static ClientAccount Reserve(ClientAccount account, JobRecord job, DateTimeOffset? now = null)
    {
        (ClientAccount after, QuotaRefusal? refusal) = account.WithReservation(job, Limits, PerSecond, now ?? Jobs.Start);
        Assert.Null(refusal);
        return after;
    }

    private static JobRecord Charged(JobRecord job, decimal? reserved, decimal? used) =>
        job with { Attempts = [Jobs.Intent(1, "a") with { State = AttemptState.Accepted, TaskId = "t", CreditsReserved = reserved, CreditsUsed = used }] };

    [Fact]
    public void One_too_many_under_way_is_refused_and_comes_in_when_one_is_over()
    {
        JobRecord first = Jobs.Accepted(), third = Jobs.Accepted();
        ClientAccount full = Reserve(Reserve(ClientAccount.Empty, first), Jobs.Accepted());
        (ClientAccount after, QuotaRefusal? refusal) = full.WithReservation(third, Limits, PerSecond, Jobs.Start);
        Assert.Equal(new QuotaRefusal.InFlight(2), refusal);
        Assert.Same(full, after);
        Assert.Contains(third.Id.Value, Reserve(full.WithSettlement(first.Id, 20), third).Open.Keys);
    }

    [Fact]
    public void What_a_model_costs_is_learnt_for_itself_by_the_second_or_by_the_call()
    {
        JobRecord other = Jobs.Accepted() with { Model = "sora-2-pro", Duration = 4 };
        ClientAccount account = ClientAccount.Empty.WithReservation(other, new ClientLimits(), PerSecond, Jobs.Start).After
            .WithCredits(Charged(other, reserved: 100, used: null));
        Assert.Equal(200, account.Estimate(other with { Duration = 8 }, PerSecond));
        JobRecord byCall = Charged(Jobs.Accepted() with { Model = "veo3.1-fast", Duration = 4 }, reserved: 60, used: null);
        byCall = byCall with { Attempts = [byCall.CurrentAttempt! with { BillingRule = "per_call" }] };
        account = account.WithReservation(byCall, new ClientLimits(), PerSecond, Jobs.Start).After.WithCredits(byCall);
        Assert.Equal(60, account.Estimate(byCall with { Duration = 8 }, PerSecond));
        // The contract's own is not concerned, and of a described one the price list counts before Evolink has told.
        Assert.Equal(40, account.Estimate(Jobs.Accepted() with { Duration = 4 }, PerSecond));
        Assert.Equal(4 * 5.85m, account.Estimate(Jobs.Accepted() with { Model = "wan2.7-text-to-video", Duration = 4 }, PerSecond));
        // A length that is none is taken as the usual one.
        Assert.Equal(50, account.Estimate(Jobs.Accepted() with { Model = "kling-o1", Duration = -1 }, PerSecond));
    }

    [Fact]
    public void A_job_that_has_a_reservation_takes_no_second_one()
    {
        JobRecord job = Jobs.Accepted();
        ClientAccount account = Reserve(Reserve(ClientAccount.Empty, job), Jobs.Accepted());
        Assert.Same(account, Reserve(account, job));
    }

    [Fact]
    public void Credits_are_held_as_estimated_then_as_reserved_then_as_charged()
    {
        JobRecord job = Jobs.Accepted() with { Duration = 5 };
        ClientAccount account = Reserve(ClientAccount.Empty, job);
        Assert.Equal(50, account.Open[job.Id.Value].Credits);
        account = account.WithCredits(Charged(job, reserved: 75, used: null));
        Assert.Equal(75, account.Open[job.Id.Value].Credits);
        // What a second of this quality costs is known from now on.
        Assert.Equal(45, account.Estimate(Jobs.Accepted() with { Duration = 3 }, PerSecond));
        Assert.Equal(30, account.Estimate(Jobs.Accepted() with { Duration = 3, Quality = "1080p" }, PerSecond));
        account = account.WithSettlement(job.Id, 60);
        Assert.Equal(60, account.Spent);
        Assert.Empty(account.Open);
    }

    [Fact]
    public void The_day_is_full_when_spent_held_and_wanted_exceed_it_and_the_next_one_is_empty()
    {
        JobRecord job = Jobs.Accepted() with { Duration = 5 };
        ClientAccount account = Reserve(ClientAccount.Empty, job).WithSettlement(job.Id, 50);
        account = Reserve(account, Jobs.Accepted() with { Duration = 5 });
        (_, QuotaRefusal? refusal) = account.WithReservation(Jobs.Accepted() with { Duration = 3 }, Limits, PerSecond, Jobs.Start);
        Assert.Equal(new QuotaRefusal.Credits(120, 50, 50, 30), refusal);
        Reserve(account, Jobs.Accepted() with { Duration = 3 }, Jobs.Start.AddDays(1));
    }

    [Fact]
    public void A_settlement_counts_once_and_for_the_day_of_the_reservation()
    {
        JobRecord old = Jobs.Accepted() with { Duration = 5 };
        ClientAccount account = Reserve(ClientAccount.Empty, old);
        account = Reserve(account, Jobs.Accepted() with { Duration = 2 }, Jobs.Start.AddDays(1));
        account = account.WithSettlement(old.Id, 50);
        Assert.Equal(0, account.Spent);
        Assert.Same(account, account.WithSettlement(old.Id, 50));
    }

    [Fact]
    public void Every_paid_attempt_costs_and_one_that_told_nothing_is_known_to_be_unknown()
    {
        JobRecord job = Jobs.Accepted() with
        {
            Attempts =
            [
                Jobs.Intent(1, "a") with { State = AttemptState.Accepted, CreditsReserved = 50, CreditsUsed = 40 },
                Jobs.Intent(2, "b") with { State = AttemptState.Accepted, CreditsReserved = 50 },
            ],
        };
        Assert.Equal(90, job.Credits);
        Assert.False(job.HasUnknownCost);
        Assert.True(Jobs.Unknown().HasUnknownCost);
        Assert.Null(Jobs.Accepted().Credits);
        Assert.False(Jobs.Accepted().HasUnknownCost);
    }

    [Theory]
    [InlineData(50, null, null, 50)]
    [InlineData(50, 40, null, 40)]
    [InlineData(50, null, 50, 0)]
    [InlineData(50, 0, 50, 0)]
    [InlineData(50, 50, 50, 0)]
    [InlineData(50, 20, 30, 20)]
    [InlineData(50, null, 30, 20)]
    [InlineData(50, null, 80, 0)]
    [InlineData(null, null, 50, 0)]
    public void What_was_returned_is_no_cost_and_no_return_makes_a_cost_less_than_nothing(int? reserved, int? used, int? returned, int cost)
    {
        JobRecord job = Charged(Jobs.Accepted(), reserved, used);
        job = job with { Attempts = [job.CurrentAttempt! with { CreditsReturned = returned }] };
        Assert.Equal(cost, job.Credits);
        Assert.False(job.HasUnknownCost);
    }

    [Fact]
    public void A_return_is_booked_once_and_gives_back_no_more_than_was_held()
    {
        JobRecord failed = Charged(Jobs.Accepted() with { Duration = 5 }, reserved: 50, used: null);
        failed = failed with { Attempts = [failed.CurrentAttempt! with { CreditsReturned = 80 }] };
        ClientAccount before = ClientAccount.Empty with { Day = DateOnly.FromDateTime(Jobs.Start.UtcDateTime), Spent = 20 };
        ClientAccount account = Reserve(before, failed);
        account = account.WithSettlement(failed.Id, failed.Credits!.Value);
        Assert.Equal(20, account.Spent);
        Assert.Same(account, account.WithSettlement(failed.Id, 0));
    }

    [Fact]
    public void A_return_for_yesterday_leaves_today_as_it_is()
    {
        JobRecord failed = Charged(Jobs.Accepted() with { Duration = 5 }, reserved: 50, used: null);
        JobRecord today = Jobs.Accepted() with { Duration = 5 };
        ClientAccount account = Reserve(ClientAccount.Empty, failed);
        account = Reserve(account, today, Jobs.Start.AddDays(1)).WithSettlement(today.Id, 50);
        failed = failed with { Attempts = [failed.CurrentAttempt! with { CreditsReturned = 50 }] };
        Assert.Equal(50, account.WithCredits(failed).WithSettlement(failed.Id, failed.Credits!.Value).Spent);
    }

    [Fact]
    public void What_is_held_for_a_job_under_way_falls_when_its_failed_attempt_is_given_back()
    {
        JobRecord job = Charged(Jobs.Accepted() with { Duration = 5 }, reserved: 50, used: null);
        ClientAccount account = Reserve(ClientAccount.Empty, job);
        job = job with
        {
            Attempts =
            [
                job.CurrentAttempt! with { CreditsReturned = 50 },
                Jobs.Intent(2, "b") with { State = AttemptState.Accepted, TaskId = "u", CreditsReserved = 50 },
            ],
        };
        Assert.Equal(50, account.WithCredits(job).Open[job.Id.Value].Credits);
    }

    [Fact]
    public void Around_midnight_a_day_that_is_spent_stays_spent_also_for_an_instance_whose_clock_is_behind()
    {
        DateTimeOffset midnight = Jobs.Start.AddDays(1);
        ClientAccount account = ClientAccount.Empty with { Day = DateOnly.FromDateTime(Jobs.Start.UtcDateTime), Spent = 120 };
        JobRecord ahead = Jobs.Accepted() with { Duration = 10 }, behind = Jobs.Accepted() with { Duration = 2 };
        DateTimeOffset before = midnight - TimeSpan.FromSeconds(1), after = midnight + TimeSpan.FromSeconds(1);
        Assert.IsType<QuotaRefusal.Credits>(account.WithReservation(behind, Limits, PerSecond, before).Refusal);
        account = Reserve(account, ahead, after);
        account = Reserve(account, behind, before);
        // Both count for the day that has begun, and what is left of it is nobody's.
        Assert.Equal(DateOnly.FromDateTime(midnight.UtcDateTime), account.Day);
        account = account.WithSettlement(ahead.Id, 100).WithSettlement(behind.Id, 20);
        Assert.Equal(120, account.Spent);
        Assert.IsType<QuotaRefusal.Credits>(account.WithReservation(behind, Limits, PerSecond, before).Refusal);
    }

    [Fact]
    public void A_clock_that_was_days_ahead_and_is_right_again_stops_nobody_for_days()
    {
        ClientAccount account = Reserve(ClientAccount.Empty, Jobs.Accepted() with { Duration = 12 }, Jobs.Start.AddDays(30));
        Reserve(account, Jobs.Accepted() with { Duration = 12 });
    }

    [Fact]
    public void Whatever_the_limits_the_account_stays_small()
    {
        ClientAccount account = ClientAccount.Empty;
        ClientLimits wide = new() { CreditsPerDay = 1e9m };
        for (int i = 0; i < ClientAccount.MostOpen; i++)
            (account, _) = account.WithReservation(Jobs.Accepted() with { Duration = 5 }, wide, PerSecond, Jobs.Start);
        (ClientAccount after, QuotaRefusal? refusal) = account.WithReservation(Jobs.Accepted(), wide, PerSecond, Jobs.Start);
        Assert.Equal(new QuotaRefusal.InFlight(ClientAccount.MostOpen), refusal);
        Assert.InRange(JsonBlobs.Json(after, PipelineJsonContext.Default.ClientAccount).ToMemory().Length, 1, 100_000);
    }
}
