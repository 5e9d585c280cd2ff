using Evolink.Functions.Callbacks;
using Evolink.Pipeline.Generations;
using Evolink.Testing;

namespace Evolink.Functions.Tests.Callbacks;

public sealed class SpentCallbacksTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_spent_callback_is_known_for_a_moment_and_then_looked_up_again()
    {
        using SpentCallbacks spent = new(_time);
        JobId job = JobId.New();
        spent.Add(job, 1);
        Assert.True(spent.Has(job, 1));
        _time.Advance(TimeSpan.FromSeconds(11));
        Assert.False(spent.Has(job, 1));
    }

    [Fact]
    public void The_callback_of_a_later_attempt_is_not_taken_for_a_spent_one()
    {
        using SpentCallbacks spent = new(_time);
        JobId job = JobId.New();
        spent.Add(job, 1);
        Assert.False(spent.Has(job, 2));
        Assert.False(spent.Has(JobId.New(), 1));
    }
}
