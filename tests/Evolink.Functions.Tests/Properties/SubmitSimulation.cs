using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Evolink.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// Days of submits: jobs come at random, at a load that is given, to several instances whose clocks differ; timers run late, connections
/// fail, Evolink throttles now and then, and once for ten minutes, and instances die with a slot in their hands. The rate and the gate are
/// the real ones, over storage in memory; what they say is followed in the order in which the submitter asks them.
/// </summary>
internal sealed class SubmitSimulation(double load, TimeSpan length, int seed)
{
    public const double PerSecond = 0.05;
    public const int Instances = 3;
    public static readonly TimeSpan MaxSubmitAge = TimeSpan.FromHours(2);
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(90);

    private readonly Random _random = new(seed);
    private readonly PriorityQueue<Job, DateTimeOffset> _due = new();
    private readonly List<DateTimeOffset> _sends = [];

    /// <summary>When submits reached Evolink, in order.</summary>
    public IReadOnlyList<DateTimeOffset> Sends => _sends;

    /// <summary>Jobs that came.</summary>
    public int Arrivals { get; private set; }

    /// <summary>Jobs that Evolink took.</summary>
    public int Accepted { get; private set; }

    /// <summary>Jobs that were told that they cannot be sent, at their first look.</summary>
    public int ToldAtOnce { get; private set; }

    /// <summary>Jobs that were told so later.</summary>
    public int ToldLater { get; private set; }

    /// <summary>The longest that a job waited for its submit, or for being told.</summary>
    public TimeSpan LongestWait { get; private set; }

    public DateTimeOffset End => Start + length;

    public DateTimeOffset Half => Start + (length / 2);

    public async Task RunAsync()
    {
        using MemoryStorage storage = new(new ManualTimeProvider(Start));
        Instance[] instances = [.. Enumerable.Range(0, Instances).Select(i => new Instance(storage, Skew * (i - 1) / 2))];
        _due.Enqueue(new Job(), Start);
        while (_due.TryDequeue(out Job? job, out DateTimeOffset at) && at < End)
        {
            if (job.Looks++ == 0)
            {
                Arrivals++;
                job.AcceptedAt = at;
                _due.Enqueue(new Job(), at + Random(TimeSpan.FromSeconds(1 / (PerSecond * load))));
            }

            Instance instance = instances[_random.Next(Instances)];
            instance.Time.Advance(at + instance.Ahead - instance.Time.GetUtcNow());
            if (await LookAsync(job, at, instance) is { } next)
                _due.Enqueue(job, Max(at, next - instance.Ahead) + Lateness());
        }

        _sends.Sort();
        foreach (Instance instance in instances)
            instance.Rate.Dispose();
        // Who still waits at the end has waited no longer, either.
        foreach ((Job waiting, _) in _due.UnorderedItems.Where(item => item.Element.Looks > 0))
            Waited(waiting, End);
    }

    /// <returns>When to look again, by the instance's clock; null where the job is over.</returns>
    private async Task<DateTimeOffset?> LookAsync(Job job, DateTimeOffset at, Instance instance)
    {
        DateTimeOffset now = instance.Time.GetUtcNow();
        DateTimeOffset end = await instance.Gate.EndOfWaitAsync(job.AcceptedAt, CancellationToken.None);
        if (now > end)
            return Told(job, at);
        if (await instance.Gate.ClosedUntilAsync(job.Id, CancellationToken.None) is { } closed)
            return Min(closed, end);
        switch (await instance.Rate.PlaceAsync(job.Slot, isNew: job.Slot is null && job.Tries == 0, end, CancellationToken.None))
        {
            case SubmitPlace.None:
                return Told(job, at);
            case SubmitPlace.Far far:
                job.Slot = far.Slot;
                return Min(far.LookAt, end);
            case SubmitPlace.Near when _random.NextDouble() < 0.002:
                // The instance died; another one executes the activity again.
                return now + TimeSpan.FromSeconds(60);
            case SubmitPlace.Near { Slot: { } slot }:
                job.Slot = null;
                job.Tries++;
                return await SendAsync(job, Max(at, slot - instance.Ahead), instance) is { } again ? Min(again, end) : null;
            default:
                throw new InvalidOperationException("There is a limit.");
        }
    }

    private async Task<DateTimeOffset?> SendAsync(Job job, DateTimeOffset at, Instance instance)
    {
        DateTimeOffset now = instance.Time.GetUtcNow();
        if (await instance.Gate.EnterAsync(job.Id, Lease, CancellationToken.None) is { } closed)
            return closed;
        Attempt attempt = AttemptAt(now);
        bool throttles = at > Start + (length / 4) && at < Start + (length / 4) + TimeSpan.FromMinutes(10);
        switch (throttles ? 0.02 : _random.NextDouble())
        {
            case < 0.02:
                attempt = attempt with { State = AttemptState.NotSent, RetryAt = now + TimeSpan.FromSeconds(_random.Next(5, 300)) };
                break;
            case < 0.022:
                _sends.Add(at);
                attempt = attempt with { State = AttemptState.Throttled, RetryAt = now + TimeSpan.FromSeconds(throttles ? 60 : 10) };
                break;
            default:
                _sends.Add(at);
                attempt = attempt with { State = AttemptState.Accepted };
                Accepted++;
                Waited(job, at);
                break;
        }

        await instance.Gate.ReportAsync(job.Id, attempt, CancellationToken.None);
        return attempt.RetryAt;
    }

    private static Attempt AttemptAt(DateTimeOffset now) => new()
    {
        Number = 1,
        State = AttemptState.Intent,
        FirstIntentAt = now,
        IntentAt = now,
        Owner = "simulation",
        LeaseUntil = now + Lease,
        Intent = new SubmitIntent(null, null, null, null),
    };

    private DateTimeOffset? Told(Job job, DateTimeOffset at)
    {
        (ToldAtOnce, ToldLater) = job.Looks == 1 ? (ToldAtOnce + 1, ToldLater) : (ToldAtOnce, ToldLater + 1);
        Waited(job, at);
        return null;
    }

    private void Waited(Job job, DateTimeOffset until) =>
        LongestWait = until - job.AcceptedAt > LongestWait ? until - job.AcceptedAt : LongestWait;

    private TimeSpan Lateness() => _random.Next(100) == 0 ? TimeSpan.FromSeconds(20) : Random(TimeSpan.FromSeconds(0.5));

    private TimeSpan Random(TimeSpan mean) => mean * -Math.Log(1 - _random.NextDouble());

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed class Job
    {
        public JobId Id { get; } = JobId.New();

        public DateTimeOffset AcceptedAt { get; set; }

        public DateTimeOffset? Slot { get; set; }

        public int Tries { get; set; }

        public int Looks { get; set; }
    }

    private sealed class Instance
    {
        public Instance(MemoryStorage memory, TimeSpan ahead)
        {
            Ahead = ahead;
            Time = new ManualTimeProvider(Start + ahead - TimeSpan.FromSeconds(1));
            EvolinkOptions options = new() { MaxSubmitsPerSecond = PerSecond, MaxSubmitAge = MaxSubmitAge };
            options.Storage.ConnectionString = "UseDevelopmentStorage=true";
            EvolinkStorage storage = new(Microsoft.Extensions.Options.Options.Create(options), new MemoryHttp(memory));
            Rate = new SubmitRate(storage, Microsoft.Extensions.Options.Options.Create(options), Time);
            Gate = new SubmitGate(storage, Microsoft.Extensions.Options.Options.Create(options), Time, NullLogger<SubmitGate>.Instance);
        }

        public TimeSpan Ahead { get; }

        public ManualTimeProvider Time { get; }

        public SubmitRate Rate { get; }

        public SubmitGate Gate { get; }
    }

    private sealed class MemoryHttp(MemoryStorage memory) : OutgoingHttp
    {
        public override HttpMessageHandler Storage() => memory;
    }
}
