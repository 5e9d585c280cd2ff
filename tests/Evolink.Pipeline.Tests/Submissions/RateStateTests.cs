using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Submissions;

/// <summary>The time line of submits, as a pure function.</summary>
public sealed class RateStateTests
{
    private static readonly DateTimeOffset Now = Jobs.Start;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly SlotSpacing Spacing = new(Second, 30 * Second);
    private static readonly SlotAsk New = new(DateTimeOffset.MaxValue, IsSecondTry: false);
    private static readonly SlotAsk Again = New with { IsSecondTry = true };

    private static RateState Leased(int jobs) => RateState.Untouched.Lease([.. Enumerable.Repeat(New, jobs)], Spacing, Now).After;

    [Fact]
    public void A_lease_begins_where_the_last_one_ends()
    {
        (RateState first, IReadOnlyList<DateTimeOffset?> slots) = RateState.Untouched.Lease([New, New, New], Spacing, Now);
        Assert.Equal([Now, Now + Second, Now + (2 * Second)], slots);
        (RateState second, slots) = first.Lease([New], Spacing, Now);
        Assert.Equal([Now + (3 * Second)], slots);
        Assert.Equal(Now + (4 * Second), second.LeasedUntil);
    }

    [Fact]
    public void Time_that_nobody_used_is_not_saved_up() =>
        Assert.Equal([Now + (100 * Second)], Leased(1).Lease([New], Spacing, Now + (100 * Second)).Slots);

    [Fact]
    public void Who_cannot_use_a_slot_leases_none_and_the_next_one_gets_it()
    {
        (RateState after, IReadOnlyList<DateTimeOffset?> slots) = Leased(10).Lease(
            [New with { Latest = Now + (9 * Second) }, New], Spacing, Now);
        Assert.Equal([null, Now + (10 * Second)], slots);
        Assert.Equal(Now + (11 * Second), after.LeasedUntil);
        Assert.Same(after, after.Lease([New with { Latest = Now }], Spacing, Now).After);
    }

    [Fact]
    public void Second_tries_have_slots_of_their_own_and_take_those_of_all_where_these_come_sooner()
    {
        (RateState after, IReadOnlyList<DateTimeOffset?> slots) = Leased(40).Lease([Again, Again, Again], Spacing, Now);
        Assert.Equal([Now, Now + (30 * Second), Now + (40 * Second)], slots);
        Assert.Equal([Now + (41 * Second)], after.Lease([New], Spacing, Now).Slots);
    }

    [Fact]
    public void Slots_that_were_given_back_are_leased_again_in_order_once()
    {
        RateState line = Leased(10);
        foreach (int second in (int[])[5, 3, 4, 4])
            line = line.Return(Now + (second * Second), Second, Now);
        Assert.Equal([new FreeTime(Now + (3 * Second), Now + (6 * Second))], line.Free);
        (line, IReadOnlyList<DateTimeOffset?> slots) = line.Lease([New, New, New, New], Spacing, Now);
        Assert.Equal([Now + (3 * Second), Now + (4 * Second), Now + (5 * Second), Now + (10 * Second)], slots);
        Assert.Empty(line.Free);
    }

    [Fact]
    public void Of_time_that_was_given_back_what_has_passed_is_gone()
    {
        RateState line = Leased(10).Return(Now + (3 * Second), Second, Now).Return(Now + (4 * Second), Second, Now);
        DateTimeOffset later = Now + (3.5 * Second);
        Assert.Equal([later, Now + (10 * Second)], line.Lease([New, New], Spacing, later).Slots);
    }

    [Fact]
    public void The_last_slot_is_given_back_by_moving_the_end_of_the_line() =>
        Assert.Equal(Now + (9 * Second), Leased(10).Return(Now + (9 * Second), Second, Now).LeasedUntil);

    [Fact]
    public void However_many_are_given_back_the_line_stays_small()
    {
        RateState line = Leased(1000);
        for (int second = 1; second < 1000; second += 2)
            line = line.Return(Now + (second * Second), Second, Now);
        Assert.Equal(RateState.MostFree, line.Free.Length);
        Assert.Equal(Now + Second, line.Free[0].From);
    }
}
