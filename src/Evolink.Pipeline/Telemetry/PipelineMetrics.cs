using System.Diagnostics;
using System.Diagnostics.Metrics;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Telemetry;

/// <summary>
/// The meter of the pipeline. What a job goes through is counted by <see cref="JobMetrics"/>, from the writes of its record; here is the rest.
/// </summary>
public sealed class PipelineMetrics
{
    private const int LongestCode = 64;

    // Of another instance's last sweep nothing is known here: what is too old is not told.
    private static readonly TimeSpan SeenFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RetentionSeenFor = TimeSpan.FromHours(2);
    private static readonly TimeSpan CreditsSeenFor = TimeSpan.FromMinutes(20);

    private readonly TimeProvider _time;
    private readonly Counter<long> _read;
    private readonly Counter<long> _callbacks;
    private readonly Counter<long> _copied;
    private readonly Histogram<double> _copyDuration;
    private readonly Histogram<double> _copyRate;
    private readonly Counter<long> _saves;
    private readonly Counter<long> _duplicates;
    private readonly Histogram<double> _queueAge;
    private readonly Counter<long> _itemsFailed;
    private ActiveJobs? _active;
    private Overdue? _overdue;
    private Credits? _credits;

    /// <summary>Makes the instruments.</summary>
    public PipelineMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        Meter meter = meters.Create(PipelineTelemetry.Name, typeof(PipelineMetrics).Assembly.GetName().Version?.ToString(3));
        Jobs = new JobMetrics(meter);
        _read = meter.CreateCounter<long>("evolink.tasks.read", "{read}", "Reads of tasks at Evolink.");
        _callbacks = meter.CreateCounter<long>("evolink.callbacks", "{callback}", "Callbacks of Evolink.");
        _copied = meter.CreateCounter<long>("evolink.copy.bytes", "By", "Bytes of videos that were copied into storage.");
        _copyDuration = meter.CreateHistogram("evolink.copy.duration", "s", "Time that copying a video took.", advice: Buckets.Seconds);
        _copyRate = meter.CreateHistogram("evolink.copy.rate", "By/s", "Speed at which a video was copied.", advice: Buckets.BytesPerSecond);
        _saves = meter.CreateCounter<long>("evolink.saves", "{try}", "Tries to bring a video into storage.");
        _duplicates = meter.CreateCounter<long>("evolink.duplicates.suppressed", "{duplicate}", "Work that came once more and was not done again.");
        _queueAge = meter.CreateHistogram("evolink.queue.age", "s", "Age of queue messages when they are taken.", advice: Buckets.Seconds);
        _itemsFailed = meter.CreateCounter<long>("evolink.items.failed", "{item}", "Stored items that a loop had to leave out.");
        meter.CreateObservableGauge("evolink.retention.left", () => Left(left => left.Count), "{record}", "Records past their time that the last run of the retention left.");
        meter.CreateObservableGauge("evolink.retention.lag", () => Left(left => left.Lag.TotalSeconds), "s", "How far past its time the oldest of them is.");
        meter.CreateObservableGauge("evolink.credits.left", Balance, "{credit}", "Credits that can still be spent at Evolink.");
        meter.CreateObservableGauge("evolink.jobs.active", () => Seen(active => active.Count), "{job}", "Jobs that are not over, as the last sweep saw them.");
        meter.CreateObservableGauge("evolink.jobs.oldest.age", () => Seen(active => active.OldestAge.TotalSeconds), "s", "Age of the oldest of them.");
    }

    /// <summary>Counts what jobs go through.</summary>
    public JobMetrics Jobs { get; }

    /// <summary>A task was read.</summary>
    /// <param name="result">Evolink's status, <c>not_found</c> or <c>error</c>.</param>
    public void TaskRead(string result) => _read.Add(1, new KeyValuePair<string, object?>("evolink.result", result));

    /// <summary>A callback came.</summary>
    /// <param name="result">What was made of it.</param>
    public void CallbackCame(string result) => _callbacks.Add(1, new KeyValuePair<string, object?>("evolink.result", result));

    /// <summary>A video was copied.</summary>
    public void Copied(long bytes, TimeSpan duration)
    {
        _copied.Add(bytes);
        _copyDuration.Record(duration.TotalSeconds);
        if (duration > TimeSpan.Zero)
            _copyRate.Record(bytes / duration.TotalSeconds);
    }

    /// <summary>A try to save a video is over.</summary>
    /// <param name="failure">Why it failed; null where the video is in storage.</param>
    public void SaveTried(DownloadFailure? failure)
    {
        TagList tags = new() { { "evolink.result", failure is null ? "saved" : "failed" } };
        if (failure is { } why)
            tags.Add("error.type", Words.Of(why));
        _saves.Add(1, tags);
    }

    /// <summary>Something was asked for again that is done, or under way.</summary>
    /// <param name="stage"><c>intake</c>, <c>submit</c>, <c>save</c> or <c>webhook</c>.</param>
    public void DuplicateSuppressed(string stage) => _duplicates.Add(1, new KeyValuePair<string, object?>("evolink.stage", stage));

    /// <summary>A message was taken from the queue.</summary>
    public void MessageTaken(DateTimeOffset? inserted)
    {
        if (inserted is { } at)
            _queueAge.Record(Math.Max(0, (_time.GetUtcNow() - at).TotalSeconds));
    }

    /// <summary>The sweep has seen all jobs that are not over.</summary>
    /// <param name="count">How many.</param>
    /// <param name="oldest">Since when the oldest is; null where there is none.</param>
    public void JobsSeen(long count, DateTimeOffset? oldest)
    {
        DateTimeOffset now = _time.GetUtcNow();
        Volatile.Write(ref _active, new ActiveJobs(now, count, oldest is { } since ? now - since : TimeSpan.Zero));
    }

    /// <summary>A loop over stored items had to leave one out.</summary>
    public void ItemFailed(string loop) => _itemsFailed.Add(1, new KeyValuePair<string, object?>("evolink.loop", loop));

    /// <summary>A run of the retention is over.</summary>
    /// <param name="left">Records past their time that it left.</param>
    /// <param name="lag">How far past its time the oldest of them is.</param>
    public void RetentionRan(long left, TimeSpan lag) => Volatile.Write(ref _overdue, new Overdue(_time.GetUtcNow(), left, lag));

    /// <summary>The credits were read.</summary>
    /// <param name="left">What can still be spent.</param>
    public void CreditsRead(decimal left) => Volatile.Write(ref _credits, new Credits(_time.GetUtcNow(), left));

    /// <summary>A code as a label: what others wrote may be anything, and every value of a label is a time series.</summary>
    internal static string Label(string? code) =>
        code is { Length: > 0 and <= LongestCode } && code.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '-') ? code : "other";

    private IEnumerable<Measurement<double>> Seen(Func<ActiveJobs, double> read) =>
        Volatile.Read(ref _active) is { } active && _time.GetUtcNow() - active.At < SeenFor ? [new Measurement<double>(read(active))] : [];

    private IEnumerable<Measurement<double>> Left(Func<Overdue, double> read) =>
        Volatile.Read(ref _overdue) is { } left && _time.GetUtcNow() - left.At < RetentionSeenFor ? [new Measurement<double>(read(left))] : [];

    private IEnumerable<Measurement<double>> Balance() =>
        Volatile.Read(ref _credits) is { } credits && _time.GetUtcNow() - credits.At < CreditsSeenFor ? [new Measurement<double>((double)credits.Left)] : [];

    private sealed record Credits(DateTimeOffset At, decimal Left);

    private sealed record Overdue(DateTimeOffset At, long Count, TimeSpan Lag);

    private sealed record ActiveJobs(DateTimeOffset At, long Count, TimeSpan OldestAge);
}
