using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>What a committed write gives others to do.</summary>
internal sealed class TurnEffects
{
    /// <summary>Instances with new messages.</summary>
    public HashSet<long> Woken { get; } = [];

    /// <summary>New activities.</summary>
    public List<ActivityKey> Activities { get; } = [];

    /// <summary>Ids of instances that started or ended.</summary>
    public List<string> Changed { get; } = [];

    /// <summary>The first due time among new timers.</summary>
    public DateTimeOffset? FirstTimer { get; private set; }

    public void Timer(DateTimeOffset due) => FirstTimer = FirstTimer is { } first && first <= due ? first : due;
}
