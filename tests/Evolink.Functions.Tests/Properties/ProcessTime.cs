using Evolink.Testing;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// The world's clock, as a process sees it: one that has died sets no timer any more, also where its code tries again whatever happens.
/// </summary>
internal sealed class ProcessTime(ManualTimeProvider time) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Execution.ThrowIfDead();
        return time.CreateTimer(callback, state, dueTime, period);
    }
}
