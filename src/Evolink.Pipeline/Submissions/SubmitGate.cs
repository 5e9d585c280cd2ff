using System.Diagnostics;
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

    /// <summary>
    /// Until when this job may not send; null where it may, or may probe. Changes nothing: a job that waits for something else holds nobody
    /// up.
    /// </summary>
    public async Task<DateTimeOffset?> ClosedUntilAsync(JobId job, CancellationToken cancellationToken)
    {
        GateState state = (Fresh(time.GetUtcNow()) ?? await ReadAsync(cancellationToken)).State;
        return state.ClosedFor(job, _options.UnknownsBeforePause, time.GetUtcNow());
    }

    /// <summary>Right before the send: where Evolink seems to be down, makes this job the one that probes.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lease">How long its submit can take.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Until when this job may not send; null where it may.</returns>
    public async Task<DateTimeOffset?> EnterAsync(JobId job, TimeSpan lease, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        int tolerated = _options.UnknownsBeforePause;
        GateState state = await UpdateAsync(
            gate => gate.ClosedFor(job, tolerated, now) is null ? gate.WithProbe(job, tolerated, now + lease, now) : gate,
            cancellationToken);
        return state.ClosedFor(job, tolerated, now);
    }

    /// <summary>A job that came in sends nothing after all.</summary>
    public Task LeaveAsync(JobId job, CancellationToken cancellationToken) =>
        UpdateAsync(gate => gate.WithoutProbe(job), cancellationToken);

    /// <summary>Until when a job may wait for its submit.</summary>
    /// <param name="since">Since when it has waited.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<DateTimeOffset> EndOfWaitAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (Fresh(now) is { } fresh && fresh.State.EndOfWait(since, _options.MaxSubmitAge) is var end && end >= now)
            return end;
        // Before a job ends for it, it is looked up whether an operator has held it back a moment ago.
        return (await ReadAsync(cancellationToken)).State.EndOfWait(since, _options.MaxSubmitAge);
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
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
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
        BlobUpdate<GateState> update = await _container.UpdateAsync(
            _path, new GateState(), transition, PipelineJsonContext.Default.GateState, cancellationToken)
            ?? throw new UnreachableException();
        _seen = new Seen(update.After, time.GetUtcNow());
        return update.After;
    }

    private Seen? Fresh(DateTimeOffset now) => _seen is { } seen && now - seen.At < FreshFor ? seen : null;

    private async Task<Seen> ReadAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        GateState? state = (await _container.FindAsync(_path, PipelineJsonContext.Default.GateState, cancellationToken))?.Value;
        return _seen = new Seen(state ?? new GateState(), now);
    }

    [LoggerMessage(1151, LogLevel.Warning, "Submits are paused until {Until:u} ({Reason}); nothing is lost, jobs wait.")]
    private partial void LogPaused(DateTimeOffset until, string? reason);

    [LoggerMessage(1152, LogLevel.Warning, "Job {JobId}: what its submit told of Evolink could not be shared.")]
    private partial void LogNotWritten(Exception e, JobId jobId);

    [LoggerMessage(1153, LogLevel.Warning, "Operator {Operator} holds all submits back.")]
    private partial void LogStopped(string @operator);

    [LoggerMessage(1154, LogLevel.Warning, "Operator {Operator} lets submits go again.")]
    private partial void LogResumed(string @operator);

    private sealed record Seen(GateState State, DateTimeOffset At);
}
