using Evolink.LocalHost.Durable.Client;
using Evolink.LocalHost.Durable.Dispatch;
using Evolink.LocalHost.Durable.Execution;
using Evolink.LocalHost.Durable.Journal;
using Evolink.LocalHost.Durable.Replay;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable;

/// <summary>
/// Durable orchestrations in one process, event-sourced in a SQLite journal: orchestrators resume by replay after a crash at any point,
/// activities run at least once, and their results count exactly once.
/// </summary>
public sealed class DurableEngine : IAsyncDisposable
{
    private static readonly TimeSpan AfterCancelling = TimeSpan.FromSeconds(2);

    private readonly DurableEngineOptions _options;
    private readonly IDurableFunctions _functions;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cancelled = new();
    private readonly List<Task> _workers = [];
    private readonly List<Task> _activityWorkers = [];
    private DurableJournal? _journal;
    private bool _stopped;

    /// <summary>Creates an engine that does not run yet.</summary>
    public DurableEngine(DurableEngineOptions options, IDurableFunctions functions, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _functions = functions;
        _time = time;
        _loggers = loggers;
        _log = loggers.CreateLogger<DurableEngine>();
        Board = new WorkBoard(options.ReplayEveryStep ? 0 : options.MaxCachedInstances);
        Client = new EngineClient(this, options, time, _log);
    }

    /// <summary>The client. It works while the engine runs.</summary>
    public DurableTaskClient Client { get; }

    internal WorkBoard Board { get; }

    internal DurableJournal Journal => _journal ?? throw new InvalidOperationException("The Durable engine has not been started.");

    /// <summary>Opens the journal and goes on with everything that is unfinished in it.</summary>
    /// <exception cref="JournalUnusableException">Another process has the journal, or a newer program wrote it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_journal is not null)
            throw new InvalidOperationException("The Durable engine has been started before.");
        _journal = DurableJournal.Open(_options.JournalPath, _options.SurvivePowerLoss, _options.CommitProbe);
        var (instances, activities) = _journal.Read(reader => (reader.InstancesWithMessages(), reader.Activities()));
        instances.ForEach(Board.Instances.Wake);
        activities.ForEach(Board.Add);
        EngineLog.Started(_log, _options.JournalPath, instances.Count, activities.Count);

        var settings = new ExecutionSettings(_loggers, _options.DefaultVersion, CompareInputs: _options.ReplayEveryStep);
        var orchestrations = new OrchestrationDispatcher(_journal, _functions, settings, _options.ReplayEveryStep, _time, Board, _log);
        for (var count = 0; count < _options.MaxConcurrentOrchestrations; count++)
            _workers.Add(Task.Run(() => orchestrations.RunAsync(_stopping.Token), CancellationToken.None));
        var running = new ActivityDispatcher(_journal, _functions, _time, Board, _log);
        for (var count = 0; count < _options.MaxConcurrentActivities; count++)
            _activityWorkers.Add(Task.Run(() => running.RunAsync(_stopping.Token, _cancelled.Token), CancellationToken.None));
        _workers.Add(Task.Run(() => new TimerLoop(_journal, _time, Board, _log).RunAsync(_stopping.Token), CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes no new work, lets running activities finish for <see cref="DurableEngineOptions.ShutdownGrace"/>, cancels those that do not, and
    /// closes the journal. Everything unfinished goes on at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped || _journal is null)
            return;
        _stopped = true;
        await _stopping.CancelAsync();
        await WaitForActivitiesAsync(_options.ShutdownGrace, cancellationToken);
        await _cancelled.CancelAsync();
        await WaitForActivitiesAsync(AfterCancelling, cancellationToken);
        if (_activityWorkers.Count(worker => !worker.IsCompleted) is > 0 and var left)
            EngineLog.ActivitiesLeft(_log, left);
        await Task.WhenAll(_workers);
        Board.Watchers.Stop();
        await _journal.DisposeAsync();
    }

    /// <summary>An instance's journal as it stands, or null if there is no such instance.</summary>
    public Task<InstanceHistory?> ReadHistoryAsync(string instanceId)
    {
        var history = Journal.Read(reader => reader.Instance(instanceId) is { } row
            ? new InstanceHistory(row.Id, row.Name, row.Version, row.Parent?.Id, row.Parent?.Name, row.Input, reader.Events(row.Key))
            : null);
        return Task.FromResult(history);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        _cancelled.Dispose();
    }

    /// <summary>Ends as kill -9 does, but for the process: what is not committed is gone, and nothing more is written.</summary>
    internal async Task AbortAsync()
    {
        _stopped = true;
        Journal.Abort();
        await _stopping.CancelAsync();
        await _cancelled.CancelAsync();
        await Task.WhenAll(_workers);
        Board.Watchers.Stop();
        await Journal.DisposeAsync();
    }

    private async Task WaitForActivitiesAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        await Task.WhenAny(Task.WhenAll(_activityWorkers), Task.Delay(longest, TimeProvider.System, cancellationToken));
}
