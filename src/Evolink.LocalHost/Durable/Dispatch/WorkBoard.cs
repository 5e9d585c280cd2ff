using System.Threading.Channels;
using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>Where committed work is put up and workers pick it up. Holds keys only: the work itself is in the journal.</summary>
internal sealed class WorkBoard(int mostCached)
{
    private readonly Channel<ActivityKey> activities = Channel.CreateUnbounded<ActivityKey>();
    private readonly Lock gate = new();
    private TaskCompletionSource earlierTimer = NewSignal();
    private DateTimeOffset? sleepsUntil = DateTimeOffset.MinValue;

    public InstanceSlots Instances { get; } = new(mostCached);

    public InstanceWatchers Watchers { get; } = new();

    public ChannelReader<ActivityKey> Activities => activities.Reader;

    public void Publish(TurnEffects effects)
    {
        foreach (var activity in effects.Activities)
            Add(activity);
        foreach (var instance in effects.Woken)
            Instances.Wake(instance);
        if (effects.FirstTimer is { } due)
            TimerAt(due);
        foreach (var instance in effects.Changed)
            Watchers.Changed(instance);
    }

    public void Add(ActivityKey activity) => activities.Writer.TryWrite(activity);

    /// <summary>Ends when a timer comes up that is due before what <see cref="SleepsUntil"/> says. Ask before looking at the journal.</summary>
    public Task EarlierTimer()
    {
        lock (gate)
        {
            if (earlierTimer.Task.IsCompleted)
                earlierTimer = NewSignal();
            sleepsUntil = null;
            return earlierTimer.Task;
        }
    }

    public void SleepsUntil(DateTimeOffset? due)
    {
        lock (gate)
            sleepsUntil = due ?? DateTimeOffset.MaxValue;
    }

    private void TimerAt(DateTimeOffset due)
    {
        lock (gate)
        {
            // While the loop looks at the journal (null), any new timer may be the one it just missed.
            if (sleepsUntil is not { } until || due < until)
                earlierTimer.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
