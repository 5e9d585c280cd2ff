using Azure;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Holds submits back for everybody when one job learns that Evolink throttles, that the balance is empty, or that it is down: an outage
/// then leaves parked jobs that cost nothing, and not a thousand of unknown outcome. One job at a time probes whether it is over.
/// </summary>
public sealed partial class SubmitGate(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<SubmitGate> log)
{
    // One read serves all submits of an instance for a moment.
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);

    private readonly EvolinkOptions _options = options.Value;
    private readonly BlobContainerClient _container = storage.Generations;
    private readonly string _path = $"limits/{options.Value.Hub}/submits.json";
    private volatile Seen? _seen;

    /// <summary>Until when this job may not send; null where it may.</summary>
    public async Task<DateTimeOffset?> ClosedUntilAsync(JobId job, TimeSpan lease, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        Seen seen = Fresh(now) ?? await ReadAsync(cancellationToken);
        if (seen.State.ClosedFor(job, _options.UnknownsBeforePause, now) is { } closed)
            return closed;
        if (seen.State.Unknown.Length < _options.UnknownsBeforePause)
            return null;
        GateState state = await UpdateAsync(gate => gate.WithProbe(job, _options.UnknownsBeforePause, now + lease, now), cancellationToken);
        return state.Probe == job ? null : state.ClosedFor(job, _options.UnknownsBeforePause, now) ?? now + FreshFor;
    }

    /// <summary>Why it was closed when it was looked at last: the code of a <see cref="WaitReason"/>.</summary>
    public string? Reason => _seen?.State.Reason;

    /// <summary>Since when an operator holds all submits back; null where none does.</summary>
    public async Task<DateTimeOffset?> StoppedSinceAsync(CancellationToken cancellationToken) =>
        (Fresh(time.GetUtcNow()) ?? await ReadAsync(cancellationToken)).State.Stopped?.At;

    /// <summary>Tells what became of a submit. A gate that cannot be written changes nothing for the job itself.</summary>
    public async Task ReportAsync(JobId job, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            GateState? before = _seen?.State;
            GateState after = await UpdateAsync(gate => gate.After(job, attempt, _options.UnknownsBeforePause, time.GetUtcNow()), cancellationToken);
            if (after.PausedUntil is { } until && until != before?.PausedUntil)
                LogPaused(until, after.Reason);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or HttpRequestException)
        {
            LogNotWritten(e, job);
        }
    }

    /// <summary>How the gate stands, read anew.</summary>
    public async Task<GateState> LookAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).State;

    /// <summary>Holds all submits back until <see cref="ResumeAsync"/>: jobs park, and time does not run out for them.</summary>
    public async Task<GateState> StopAsync(string by, CancellationToken cancellationToken)
    {
        Forget();
        GateState state = await UpdateAsync(gate => gate.WithStop(by, time.GetUtcNow()), cancellationToken);
        LogStopped(by);
        return state;
    }

    /// <summary>Lets submits go again; the sweep wakes the jobs that are held within a minute.</summary>
    public async Task<GateState> ResumeAsync(string by, CancellationToken cancellationToken)
    {
        Forget();
        GateState state = await UpdateAsync(gate => gate.WithoutStop(time.GetUtcNow()), cancellationToken);
        LogResumed(by);
        return state;
    }

    /// <summary>Looks anew at the next call.</summary>
    internal void Forget() => _seen = null;

    private async Task<GateState> UpdateAsync(Func<GateState, GateState> transition, CancellationToken cancellationToken)
    {
        // A gate that stood open a moment ago, and would still: nothing is read or written in the usual case.
        if (Fresh(time.GetUtcNow()) is { } fresh && ReferenceEquals(transition(fresh.State), fresh.State))
            return fresh.State;
        while (true)
        {
            Seen before = await ReadAsync(cancellationToken);
            GateState after = transition(before.State);
            if (ReferenceEquals(after, before.State))
                return after;
            if (await TryWriteAsync(after, before.ETag, cancellationToken))
                return after;
        }
    }

    private Seen? Fresh(DateTimeOffset now) => _seen is { } seen && now - seen.At < FreshFor ? seen : null;

    private async Task<Seen> ReadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        return _seen = await _container.FindAsync(_path, PipelineJsonContext.Default.GateState, cancellationToken) is { } found
            ? new Seen(found.Value, found.ETag, now)
            : new Seen(new GateState(), null, now);
    }

    private async Task<bool> TryWriteAsync(GateState state, ETag? etag, CancellationToken cancellationToken)
    {
        if (await _container.TryReplaceAsync(_path, state, etag, PipelineJsonContext.Default.GateState, cancellationToken) is not { } written)
            return false;
        _seen = new Seen(state, written, time.GetUtcNow());
        return true;
    }

    [LoggerMessage(1151, LogLevel.Warning, "Submits are paused until {Until:u} ({Reason}); nothing is lost, jobs wait.")]
    private partial void LogPaused(DateTimeOffset until, string? reason);

    [LoggerMessage(1152, LogLevel.Warning, "Job {JobId}: what its submit told of Evolink could not be shared.")]
    private partial void LogNotWritten(Exception e, JobId jobId);

    [LoggerMessage(1153, LogLevel.Warning, "Operator {Operator} holds all submits back.")]
    private partial void LogStopped(string @operator);

    [LoggerMessage(1154, LogLevel.Warning, "Operator {Operator} lets submits go again.")]
    private partial void LogResumed(string @operator);

    private sealed record Seen(GateState State, ETag? ETag, DateTimeOffset At);
}
