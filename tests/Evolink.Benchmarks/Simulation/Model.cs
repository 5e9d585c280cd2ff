namespace Evolink.Benchmarks.Simulation;

/// <summary>
/// A generation as a chain of steps, each of which first uses a processor and then waits, on machines with so many processors, activities and orchestrations at a time:
/// a discrete-event simulation in which nothing is random but the waits, by a seed.
/// </summary>
internal sealed class Model(ModelOptions options)
{
    private readonly PriorityQueue<Action, double> _events = new();
    private readonly Random _random = new(1);
    private readonly List<double> _times = [];
    private readonly Station _processors = new(options.Processors);
    private readonly Station _activities = new(options.Activities);
    private readonly Station _storage = new(options.StorageServers);
    private double _now;
    private int _begun;

    /// <summary>Lets as many generations be in flight as given, each followed by the next, until so many are over.</summary>
    public ModelResult Run(int inFlight, int generations)
    {
        for (int i = 0; i < inFlight; i++)
            Begin(generations);
        while (_times.Count < generations && _events.TryDequeue(out Action? happens, out double at))
        {
            _now = at;
            happens();
        }

        return new ModelResult(inFlight, _times.Count / _now, _times.Median() * 1000, _times.Percentile(0.99) * 1000, _processors.Busy / (_now * options.Processors));
    }

    private void Begin(int generations)
    {
        if (_begun++ >= generations)
            return;
        double began = _now;
        Step(0, () =>
        {
            _times.Add(_now - began);
            Begin(generations);
        });
    }

    private void Step(int number, Action then)
    {
        if (number == options.Steps.Count)
        {
            then();
            return;
        }

        ModelStep step = options.Steps[number];
        Action next = () => Step(number + 1, then);
        if (step.IsActivity)
            _activities.Enter(() => Requests(step, step.StorageRequests, () => { _activities.Leave(); next(); }));
        else
            Requests(step, step.StorageRequests, next);
    }

    // Work and requests take turns, as they do in the code: a piece of work, a request, a piece of work.
    private void Requests(ModelStep step, int left, Action then)
    {
        double work = step.CpuMs / 1000 / (step.StorageRequests + 1);
        Work(work, () =>
        {
            if (left == 0)
                After(step.OtherWaitMs / 1000, then);
            else
                Store(() => Requests(step, left - 1, then));
        });
    }

    private void Work(double seconds, Action then) => _processors.Enter(() =>
    {
        _processors.Busy += seconds;
        After(seconds, () => { _processors.Leave(); then(); });
    });

    // What storage works itself on the same machine takes a processor; what it waits for, nobody's.
    private void Store(Action then) => _storage.Enter(() => Work(options.StorageCpuMs / 1000, () => After(
        -Math.Log(1 - _random.NextDouble()) * options.StorageWaitMs / 1000, () => { _storage.Leave(); then(); })));

    private void After(double seconds, Action then) => _events.Enqueue(then, _now + seconds);

    /// <summary>Serves so many at a time, first come, first served.</summary>
    private sealed class Station(int servers)
    {
        private readonly Queue<Action> _waiting = new();
        private int _free = servers;

        public double Busy { get; set; }

        public void Enter(Action serve)
        {
            if (_free == 0)
            {
                _waiting.Enqueue(serve);
                return;
            }

            _free--;
            serve();
        }

        public void Leave()
        {
            if (_waiting.TryDequeue(out Action? next))
                next();
            else
                _free++;
        }
    }
}

/// <summary>One step of a generation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CpuMs">Processor time of everything on the machine but storage.</param>
/// <param name="StorageRequests">Requests to storage, one after the other.</param>
/// <param name="OtherWaitMs">What else it waits for.</param>
/// <param name="IsActivity">Whether it occupies one of the activities that run at a time.</param>
internal sealed record ModelStep(string Name, double CpuMs, int StorageRequests, double OtherWaitMs, bool IsActivity);

/// <summary>A machine, or several as one, and what runs on it.</summary>
/// <param name="Processors">Processors.</param>
/// <param name="Activities">Activities at a time: host.json's limit, times instances.</param>
/// <param name="StorageServers">Requests that storage serves at a time.</param>
/// <param name="StorageCpuMs">Processor time of a request at storage, where that is on the same machine.</param>
/// <param name="StorageWaitMs">Mean wait of a request otherwise.</param>
/// <param name="Steps">A generation.</param>
internal sealed record ModelOptions(int Processors, int Activities, int StorageServers, double StorageCpuMs, double StorageWaitMs, IReadOnlyList<ModelStep> Steps);

/// <summary>What came out.</summary>
internal sealed record ModelResult(int InFlight, double PerSecond, double P50Ms, double P99Ms, double ProcessorsUsed);
