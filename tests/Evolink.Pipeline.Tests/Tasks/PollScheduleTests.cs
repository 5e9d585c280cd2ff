using Evolink.Pipeline.Tasks;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Tasks;

public sealed class PollScheduleTests
{
    private static readonly PollSchedule Polling = new(
        Jobs.Start, TimeSpan.FromSeconds(120), CallbackExpected: false, TimeSpan.FromSeconds(8), Jobs.Start + TimeSpan.FromHours(24));

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void The_first_poll_comes_about_when_the_task_should_be_done(double jitter) =>
        Assert.InRange((Polling.First(jitter) - Jobs.Start).TotalSeconds, 108, 132);

    [Fact]
    public void With_a_callback_on_its_way_the_first_poll_is_well_after_that() =>
        Assert.True((Polling with { CallbackExpected = true }).First(0) - Jobs.Start > TimeSpan.FromSeconds(160));

    [Fact]
    public void No_estimate_is_so_short_that_polls_come_closer_than_the_floor() =>
        Assert.True((Polling with { Estimate = TimeSpan.Zero }).First(0) - Jobs.Start >= TimeSpan.FromSeconds(7));

    [Theory]
    [InlineData(60, 8)]
    [InlineData(600, 60)]
    [InlineData(20 * 3600, 3600)]
    public void The_pause_grows_with_the_age_of_the_task_up_to_an_hour(int age, int pause)
    {
        DateTimeOffset now = Jobs.Start + TimeSpan.FromSeconds(age);
        Assert.Equal(pause, (Polling.Next(now, 0.5) - now).TotalSeconds, tolerance: 0.5);
    }

    [Theory]
    [InlineData(0, 120)]
    [InlineData(60, 8)]
    [InlineData(600, 60)]
    [InlineData(20 * 3600, 3600)]
    public void Where_polls_share_a_call_jobs_that_were_accepted_one_after_the_other_fall_on_few_points(int age, int pause)
    {
        HashSet<DateTimeOffset> points = [];
        for (int job = 0; job < 50; job++)
        {
            PollSchedule shared = Polling with { AcceptedAt = Jobs.Start + TimeSpan.FromSeconds(pause * 0.002 * job), AreShared = true };
            DateTimeOffset now = shared.AcceptedAt + TimeSpan.FromSeconds(age);
            DateTimeOffset at = age == 0 ? shared.First(0.5) : shared.Next(now, 0.5);
            Assert.InRange((at - now) / TimeSpan.FromSeconds(pause), 0.87, 1.13);
            points.Add(at);
        }

        Assert.InRange(points.Count, 1, 3);
    }

    [Fact]
    public void A_pause_too_short_for_a_grid_is_kept_also_where_polls_share_a_call()
    {
        PollSchedule quick = Polling with { Floor = TimeSpan.FromSeconds(0.2), AreShared = true };
        Assert.Equal(0.2, (quick.Next(Jobs.Start, 0.5) - Jobs.Start).TotalSeconds, tolerance: 0.01);
    }

    [Fact]
    public void The_last_poll_is_at_the_deadline() =>
        Assert.Equal(Polling.Deadline, Polling.Next(Polling.Deadline - TimeSpan.FromMinutes(1), 0.5));

    [Theory]
    [InlineData(false, 120)]
    [InlineData(true, 60)]
    public void A_task_that_takes_the_whole_day_is_read_so_seldom_that_its_history_stays_small(bool callback, int most)
    {
        PollSchedule schedule = Polling with { CallbackExpected = callback };
        int reads = 0;
        for (DateTimeOffset at = schedule.First(0); at < schedule.Deadline; at = schedule.Next(at, 0))
            reads++;
        Assert.InRange(reads, 10, most);
    }

    [Fact]
    public void An_estimate_that_is_nonsense_does_not_cost_the_day() =>
        Assert.True((Polling with { Estimate = TimeSpan.FromSeconds(120_000) }).First(1) - Jobs.Start < TimeSpan.FromMinutes(34));
}
