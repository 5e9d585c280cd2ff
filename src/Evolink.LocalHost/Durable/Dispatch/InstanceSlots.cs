using System.Threading.Channels;
using Evolink.LocalHost.Durable.Execution;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>
/// Which instances have something to do, one turn of each at a time, and the executions that stay in memory between their turns.
/// An instance that waits and is not cached has no entry here.
/// </summary>
internal sealed class InstanceSlots(int mostCached)
{
    private readonly Channel<long> ready = Channel.CreateUnbounded<long>();
    private readonly Dictionary<long, Slot> slots = [];
    private readonly LinkedList<Slot> idle = [];
    private readonly Lock gate = new();

    private enum Stage
    {
        Idle,
        Queued,
        Running,
        RunningAndWoken,
    }

    public ChannelReader<long> Ready => ready.Reader;

    /// <summary>How many executions are kept in memory.</summary>
    public int Cached
    {
        get
        {
            lock (gate)
                return idle.Count;
        }
    }

    /// <summary>Something was committed that the instance has not seen.</summary>
    public void Wake(long instance)
    {
        lock (gate)
        {
            if (!slots.TryGetValue(instance, out var slot))
                slots[instance] = slot = new Slot(instance);
            switch (slot.Stage)
            {
                case Stage.Idle:
                    slot.Stage = Stage.Queued;
                    ready.Writer.TryWrite(instance);
                    break;
                case Stage.Running:
                    slot.Stage = Stage.RunningAndWoken;
                    break;
            }
        }
    }

    /// <summary>Begins a turn and hands out the cached execution, if there is one.</summary>
    public OrchestrationExecution? Enter(long instance)
    {
        lock (gate)
        {
            var slot = slots[instance];
            slot.Stage = Stage.Running;
            var execution = slot.Execution;
            slot.Execution = null;
            if (slot.Place is { } place)
            {
                idle.Remove(place);
                slot.Place = null;
            }

            return execution;
        }
    }

    /// <summary>Ends a turn; what is given is kept in memory until it is the least recently used.</summary>
    public void Leave(long instance, OrchestrationExecution? keep)
    {
        lock (gate)
        {
            var slot = slots[instance];
            var again = slot.Stage is Stage.RunningAndWoken;
            slot.Stage = Stage.Idle;
            if (keep is not null && mostCached > 0)
            {
                slot.Execution = keep;
                slot.Place = idle.AddLast(slot);
                if (idle.Count > mostCached)
                    Evict(idle.First!.Value);
            }

            if (again)
            {
                slot.Stage = Stage.Queued;
                ready.Writer.TryWrite(instance);
            }
            else if (slot.Execution is null)
            {
                slots.Remove(instance);
            }
        }
    }

    private void Evict(Slot slot)
    {
        idle.Remove(slot.Place!);
        slot.Place = null;
        slot.Execution = null;
        if (slot.Stage is Stage.Idle)
            slots.Remove(slot.Instance);
    }

    private sealed class Slot(long instance)
    {
        public long Instance { get; } = instance;

        public Stage Stage { get; set; }

        public OrchestrationExecution? Execution { get; set; }

        public LinkedListNode<Slot>? Place { get; set; }
    }
}
