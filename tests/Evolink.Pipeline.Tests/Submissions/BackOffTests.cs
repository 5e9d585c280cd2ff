using Evolink.Pipeline.Submissions;

namespace Evolink.Pipeline.Tests.Submissions;

public sealed class BackOffTests
{
    private static TimeSpan After(int tries, TimeSpan? retryAfter = null, double jitter = 1) =>
        BackOff.After(tries, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), retryAfter, jitter);

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 10)]
    [InlineData(3, 40)]
    [InlineData(6, 300)]
    [InlineData(int.MaxValue, 300)]
    public void The_pause_doubles_up_to_its_limit(int tries, int seconds) => Assert.Equal(seconds, After(tries).TotalSeconds);

    [Fact]
    public void Jitter_spreads_over_the_upper_half() => Assert.Equal(2.5, After(0, jitter: 0).TotalSeconds);

    [Fact]
    public void What_the_other_side_asks_for_is_kept_to() => Assert.InRange(After(0, TimeSpan.FromMinutes(20)).TotalMinutes, 20, 20.1);

    [Fact]
    public void Asking_for_less_than_the_own_pause_changes_nothing() => Assert.Equal(After(3), After(3, TimeSpan.FromSeconds(1)));
}
