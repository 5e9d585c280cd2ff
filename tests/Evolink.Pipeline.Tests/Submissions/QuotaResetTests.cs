using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Tests.Support;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class QuotaResetTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 28, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("UTC", 12)]
    [InlineData("Asia/Shanghai", 4)]
    [InlineData("America/Los_Angeles", 19)]
    [InlineData("UTC+8", 4)]
    [InlineData("GMT-05:30", 17.5)]
    [InlineData("+0530", 6.5)]
    public void A_key_whose_day_is_used_up_waits_for_midnight_where_its_day_ends(string zone, double hours) =>
        Assert.Equal(Noon + TimeSpan.FromHours(hours), QuotaReset.Of(Refusal("key_daily_quota_exhausted", zone), Noon));

    [Fact]
    public void A_day_that_begins_with_summer_time_begins_an_hour_later() =>
        // In Cairo clocks went from 0:00 to 1:00 on April 24th.
        Assert.Equal(
            new DateTimeOffset(2026, 4, 23, 22, 0, 0, TimeSpan.Zero),
            QuotaReset.Of(Refusal("token_daily_quota_exceeded", "Africa/Cairo"), new DateTimeOffset(2026, 4, 23, 12, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData("key_daily_quota_exhausted", null)]
    [InlineData("key_daily_quota_exhausted", "")]
    [InlineData("key_daily_quota_exhausted", "Mars/Olympus")]
    [InlineData("key_daily_quota_exhausted", "+99:00")]
    [InlineData("key_quota_exhausted", "UTC")]
    [InlineData("rate_limit_exceeded", "UTC")]
    public void What_names_no_time_is_tried_again_as_everything_else(string code, string? zone) =>
        Assert.Null(QuotaReset.Of(Refusal(code, zone), Noon));

    [Fact]
    public void The_entry_parks_until_then_and_so_does_the_gate_for_all_others()
    {
        Attempt sent = Jobs.Intent(1, "a");
        Attempt parked = SubmitEntries.Refused(sent, Refusal("key_daily_quota_exhausted", "Asia/Shanghai"), Noon, jitter: 0.5);
        Assert.Equal(AttemptState.Throttled, parked.State);
        Assert.InRange(parked.RetryAt!.Value - Noon, TimeSpan.FromHours(4), TimeSpan.FromHours(4) + TimeSpan.FromMinutes(1));
        GateState gate = new GateState().After(JobId.New(), parked, 5, Noon);
        Assert.Equal((parked.RetryAt, "key_quota"), (gate.ClosedFor(JobId.New(), 5, Noon), gate.Reason));
    }

    private static EvolinkException Refusal(string code, string? zone) => new("No.", SubmitOutcome.Throttled)
    {
        Code = code,
        StatusCode = 403,
        Details = new EvolinkErrorDetails { ResetTimezone = zone },
    };
}
