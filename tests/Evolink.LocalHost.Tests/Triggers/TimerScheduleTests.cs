using Evolink.LocalHost.Triggers;

namespace Evolink.LocalHost.Tests.Triggers;

public sealed class TimerScheduleTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 23, 59, 30, TimeSpan.Zero);

    [Theory]
    [InlineData("0 */1 * * * *", "2026-02-01T00:00:00Z")]
    [InlineData("45 59 23 * * *", "2026-01-31T23:59:45Z")]
    [InlineData("0 0 6 * * MON", "2026-02-02T06:00:00Z")]
    [InlineData("*/5 * * * *", "2026-02-01T00:00:00Z")]
    [InlineData("00:30:00", "2026-02-01T00:29:30Z")]
    [InlineData("1.00:00:00", "2026-02-01T23:59:30Z")]
    public void The_next_time_follows_the_expression(string expression, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), TimerSchedule.Parse(expression, "f").Next(Now));

    [Fact]
    public void A_date_that_never_comes_has_no_next_time() => Assert.Null(TimerSchedule.Parse("0 0 0 30 2 *", "f").Next(Now));

    [Theory]
    [InlineData("0 */1 * * * *", true)]
    [InlineData("*/30 * * * * *", false)]
    [InlineData("00:01:00", true)]
    [InlineData("00:00:59", false)]
    public void Missed_runs_are_told_only_where_runs_are_a_minute_apart(string expression, bool expected) =>
        Assert.Equal(expected, TimerSchedule.Parse(expression, "f").IsRareEnoughToMonitor(Now));

    [Theory]
    [InlineData("")]
    [InlineData("every minute")]
    [InlineData("0 99 * * * *")]
    [InlineData("-00:01:00")]
    [InlineData("00:00:00")]
    public void What_is_no_schedule_is_refused_with_the_name_of_the_function(string expression)
    {
        var refused = Assert.Throws<LocalHostException>(() => TimerSchedule.Parse(expression, "Sweep"));

        Assert.StartsWith("Sweep: ", refused.Message, StringComparison.Ordinal);
    }
}
