using System.Threading.Channels;
using Evolink.LocalHost.Durable.Execution;

namespace Evolink.LocalHost.Durable.Dispatch;

/// <summary>
/// Which instances have something to do, one turn of each at a time, and the executions that stay in memory between their turns.
/// An instance that waits and is not cached has no entry here.
/// </summary>
internal sealed class InstanceSlots(int mostCached)
{
    private readonly Channel<long> _ready = Channel.CreateUnbounded<long>();
    private readonly Dictionary<long, Slot> _slots = [];
    private readonly LinkedList<Slot> _idle = [];
    private readonly Lock _gate = new();

    private enum Stage
    {
        Idle,
        Queued,
        Running,
        RunningAndWoken,
    }

    public ChannelReader<long> Ready => _ready.Reader;

    /// <summary>How many instances have an entry: they are cached, or there is something to do for them.</summary>
    public int InMemory
    {
        get
        {
            lock (_gate)
                return _slots.Count;
        }
    }

    /// <summary>Something was committed that the instance has not seen.</summary>
    public void Wake(long instance)
    {
        lock (_gate)
        {
            if (!_slots.TryGetValue(instance, out var slot))
                _slots[instance] = slot = new Slot(instance);
            switch (slot.Stage)
            {
                case Stage.Idle:
                    slot.Stage = Stage.Queued;
                    _ready.Writer.TryWrite(instance);
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
        lock (_gate)
        {
            var slot = _slots[instance];
            slot.Stage = Stage.Running;
            var execution = slot.Execution;
            slot.Execution = null;
            if (slot.Place is { } place)
            {
                _idle.Remove(place);
                slot.Place = null;
            }

            return execution;
        }
    }

    /// <summary>Ends a turn; what is given is kept in memory until it is the least recently used.</summary>
    public void Leave(long instance, OrchestrationExecution? keep)
    {
        lock (_gate)
        {
            var slot = _slots[instance];
            var again = slot.Stage is Stage.RunningAndWoken;
            slot.Stage = Stage.Idle;
            if (keep is not null && mostCached > 0)
            {
                slot.Execution = keep;
                slot.Place = _idle.AddLast(slot);
                if (_idle.Count > mostCached)
                    Evict(_idle.First!.Value);
            }

            if (again)
            {
                slot.Stage = Stage.Queued;
                _ready.Writer.TryWrite(instance);
            }
            else if (slot.Execution is null)
            {
                _slots.Remove(instance);
            }
        }
    }

    private void Evict(Slot slot)
    {
        _idle.Remove(slot.Place!);
        slot.Place = null;
        slot.Execution = null;
        if (slot.Stage is Stage.Idle)
            _slots.Remove(slot.Instance);
    }

    private sealed class Slot(long instance)
    {
        public long Instance { get; } = instance;

        public Stage Stage { get; set; }

        public OrchestrationExecution? Execution { get; set; }

        public LinkedListNode<Slot>? Place { get; set; }
    }
}
