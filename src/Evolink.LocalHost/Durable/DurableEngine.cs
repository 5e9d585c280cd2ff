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

    private readonly DurableEngineOptions options;
    private readonly IDurableFunctions functions;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger log;
    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource cancelled = new();
    private readonly List<Task> workers = [];
    private readonly List<Task> activityWorkers = [];
    private DurableJournal? journal;
    private bool stopped;

    /// <summary>Creates an engine that does not run yet.</summary>
    public DurableEngine(DurableEngineOptions options, IDurableFunctions functions, TimeProvider time, ILoggerFactory loggers)
    {
        this.options = options;
        this.functions = functions;
        this.time = time;
        this.loggers = loggers;
        log = loggers.CreateLogger<DurableEngine>();
        Board = new WorkBoard(options.ReplayEveryStep ? 0 : options.MaxCachedInstances);
        Client = new EngineClient(this, options, time);
    }

    /// <summary>The client. It works while the engine runs.</summary>
    public DurableTaskClient Client { get; }

    internal WorkBoard Board { get; }

    internal DurableJournal Journal => journal ?? throw new InvalidOperationException("The Durable engine has not been started.");

    /// <summary>Opens the journal and goes on with everything that is unfinished in it.</summary>
    /// <exception cref="JournalUnusableException">Another process has the journal, or a newer program wrote it.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (journal is not null)
            throw new InvalidOperationException("The Durable engine has been started before.");
        journal = DurableJournal.Open(options.JournalPath, options.SurvivePowerLoss, options.CommitProbe);
        var (instances, activities) = journal.Read(reader => (reader.InstancesWithMessages(), reader.Activities()));
        instances.ForEach(Board.Instances.Wake);
        activities.ForEach(Board.Add);
        EngineLog.Started(log, options.JournalPath, instances.Count, activities.Count);

        var settings = new ExecutionSettings(loggers, options.DefaultVersion, CompareInputs: options.ReplayEveryStep);
        var orchestrations = new OrchestrationDispatcher(journal, functions, settings, options.ReplayEveryStep, time, Board, log);
        for (var count = 0; count < options.MaxConcurrentOrchestrations; count++)
            workers.Add(Task.Run(() => orchestrations.RunAsync(stopping.Token), CancellationToken.None));
        var running = new ActivityDispatcher(journal, functions, time, Board, log);
        for (var count = 0; count < options.MaxConcurrentActivities; count++)
            activityWorkers.Add(Task.Run(() => running.RunAsync(stopping.Token, cancelled.Token), CancellationToken.None));
        workers.Add(Task.Run(() => new TimerLoop(journal, time, Board, log).RunAsync(stopping.Token), CancellationToken.None));
        return Task.CompletedTask;
    }

    /// <summary>
    /// Takes no new work, lets running activities finish for <see cref="DurableEngineOptions.ShutdownGrace"/>, cancels those that do not, and
    /// closes the journal. Everything unfinished goes on at the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (stopped || journal is null)
            return;
        stopped = true;
        await stopping.CancelAsync();
        await WaitForActivitiesAsync(options.ShutdownGrace, cancellationToken);
        await cancelled.CancelAsync();
        await WaitForActivitiesAsync(AfterCancelling, cancellationToken);
        if (activityWorkers.Count(worker => !worker.IsCompleted) is > 0 and var left)
            EngineLog.ActivitiesLeft(log, left);
        await Task.WhenAll(workers);
        Board.Watchers.Stop();
        await journal.DisposeAsync();
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
        stopping.Dispose();
        cancelled.Dispose();
    }

    /// <summary>Ends as kill -9 does, but for the process: what is not committed is gone, and nothing more is written.</summary>
    internal async Task AbortAsync()
    {
        stopped = true;
        Journal.Abort();
        await stopping.CancelAsync();
        await cancelled.CancelAsync();
        await Task.WhenAll(workers);
        Board.Watchers.Stop();
        await Journal.DisposeAsync();
    }

    private async Task WaitForActivitiesAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        await Task.WhenAny(Task.WhenAll(activityWorkers), Task.Delay(longest, TimeProvider.System, cancellationToken));
}
