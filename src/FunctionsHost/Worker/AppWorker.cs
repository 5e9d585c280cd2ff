using System.Net.Sockets;

namespace FunctionsHost.Worker;

/// <summary>The app's worker: one process at a time, started again when it dies.</summary>
internal sealed partial class AppWorker : IAsyncDisposable
{
    private static readonly TimeSpan ShortestBackOff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    // A process that ends closes its connection a little before.
    private static readonly TimeSpan FromHangUpToEnd = TimeSpan.FromSeconds(2);

    private readonly AppFolder _app;
    private readonly AppSettings _settings;
    private readonly FunctionAppOptions _options;
    private readonly WorkerServer _server;
    private readonly ILoggerFactory _logs;
    private readonly WorkerLog _workerLog;
    private readonly ILogger _log;
    private readonly LeftoverWorker? _leftover;
    private readonly CancellationTokenSource _stopping = new();
    private volatile TaskCompletionSource<WorkerChannel> _ready = NotReady();
    private volatile WorkerProcess? _process;
    private Task _supervision = Task.CompletedTask;

    private AppWorker(AppFolder app, AppSettings settings, FunctionAppOptions options, WorkerServer server, ILoggerFactory logs)
    {
        (_app, _settings, _options, _server, _logs) = (app, settings, options, server, logs);
        _workerLog = new WorkerLog(logs);
        _log = logs.CreateLogger("FunctionsHost.Worker");
        _leftover = options.StateFolder is { } folder ? LeftoverWorker.Open(folder) : null;
    }

    /// <summary>The functions of the app, as the worker listed them.</summary>
    public IReadOnlyList<RpcFunctionMetadata> Functions { get; private set; } = [];

    /// <summary>The process that runs now, or ran last.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Starts the first process and loads every function.</summary>
    /// <exception cref="FunctionAppException">It does not start, or has a function that cannot be loaded.</exception>
    public static async Task<AppWorker> StartAsync(
        AppFolder app, AppSettings settings, FunctionAppOptions options, WorkerServer server, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        AppWorker worker = new(app, settings, options, server, logs);
        try
        {
            if (worker._leftover?.End() is { } leftover)
                worker.LogLeftover(leftover);
            RunningWorker first = await worker.StartProcessAsync(cancellationToken);
            worker._supervision = Task.Run(() => worker.SuperviseAsync(first), CancellationToken.None);
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a function, as soon as there is a worker.</summary>
    /// <param name="invoke">Given the worker, runs it.</param>
    /// <param name="cancellationToken">Stops waiting for a worker.</param>
    /// <exception cref="InvalidOperationException">There is none for longer than a start may take. Durable knows this text, and gives the work item back instead of failing it.</exception>
    public async Task<T> WithChannelAsync<T>(Func<WorkerChannel, Task<T>> invoke, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        limited.CancelAfter(_options.WorkerTimeouts.Start);
        WorkerChannel channel;
        try
        {
            while (!(channel = await _ready.Task.WaitAsync(limited.Token)).IsOpen)
                await Task.Delay(ShortestBackOff, TimeProvider.System, limited.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("Did not find any initialized language workers", e);
        }

        return await invoke(channel);
    }

    /// <summary>Ends the process at once, with all that it runs; another one is started.</summary>
    public void Kill() => _process?.Kill();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        _leftover?.Dispose();
        _stopping.Dispose();
    }

    private static TaskCompletionSource<WorkerChannel> NotReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // ASP.NET Core says where it listens before it does.
    private static async Task WaitUntilListeningAsync(Uri address, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using TcpClient client = new();
                await client.ConnectAsync(address.Host, address.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task<RunningWorker> StartProcessAsync(CancellationToken cancellationToken)
    {
        WorkerChannel channel = _server.Expect(Guid.NewGuid().ToString(), _workerLog);
        WorkerProcess process = WorkerProcess.Start(_app, _settings, _server.Address, channel.WorkerId, _logs);
        RunningWorker worker = new(_process = process, channel);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_options.WorkerTimeouts.Start);
        try
        {
            _leftover?.Note(process);
            Task prepared = PrepareAsync(channel, limited.Token);
            if (await Task.WhenAny(prepared, process.Exited) != prepared)
                throw new FunctionAppException($"The worker of {_app.Name} exited with code {await process.Exited} as it started. {process.LastErrors}");
            await prepared;
            LogStarted(process.Id, Functions.Count);
            return worker;
        }
        catch (Exception e)
        {
            await limited.CancelAsync();
            process.Kill();
            await EndAsync(worker, TimeSpan.Zero);
            throw e is not OperationCanceledException || cancellationToken.IsCancellationRequested
                ? e
                : new FunctionAppException($"The worker of {_app.Name} was not ready after {_options.WorkerTimeouts.Start.TotalSeconds:0} s. {process.LastErrors}", e);
        }
    }

    private async Task PrepareAsync(WorkerChannel channel, CancellationToken cancellationToken)
    {
        await channel.Connected.WaitAsync(cancellationToken);
        await channel.InitializeAsync(_app.Path, cancellationToken);
        if (Functions.Count == 0)
            Functions = await channel.GetFunctionsAsync(_app.Path, cancellationToken);
        string[] failures = (await Task.WhenAll(Functions.Select(function => TryLoadAsync(channel, function, cancellationToken)))).OfType<string>().ToArray();
        if (failures is [_, ..])
            throw new FunctionAppException(string.Join(Environment.NewLine, failures));
        if (channel.HttpAddress is { } address)
            await WaitUntilListeningAsync(address, cancellationToken);
    }

    private static async Task<string?> TryLoadAsync(WorkerChannel channel, RpcFunctionMetadata function, CancellationToken cancellationToken)
    {
        try
        {
            await channel.LoadAsync(function, cancellationToken);
            return null;
        }
        catch (FunctionAppException e)
        {
            return e.Message;
        }
    }

    private async Task SuperviseAsync(RunningWorker? worker)
    {
        for (TimeSpan backOff = TimeSpan.Zero; worker is not null; worker = await RestartAsync(backOff))
        {
            long began = TimeProvider.System.GetTimestamp();
            _ready.SetResult(worker.Channel);
            Task gone = Task.WhenAny(worker.Process.Exited, worker.Channel.HungUp);
            await gone.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ready = NotReady();
            if (!gone.IsCompleted)
            {
                worker.Channel.Terminate(_options.WorkerTimeouts.Stop);
                await EndAsync(worker, _options.WorkerTimeouts.Stop);
                return;
            }

            int code = await EndAsync(worker, FromHangUpToEnd);
            backOff = TimeProvider.System.GetElapsedTime(began) > StableAfter ? TimeSpan.Zero : NextBackOff(backOff);
            LogDied(worker.Process.Id, code, backOff.TotalSeconds);
        }
    }

    // Null: the host stops.
    private async Task<RunningWorker?> RestartAsync(TimeSpan backOff)
    {
        while (true)
        {
            try
            {
                await Task.Delay(backOff, TimeProvider.System, _stopping.Token);
                return await StartProcessAsync(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception e)
            {
                backOff = NextBackOff(backOff);
                LogNotStarted(e, backOff.TotalSeconds);
            }
        }
    }

    private static TimeSpan NextBackOff(TimeSpan last) =>
        TimeSpan.FromTicks(Math.Min(LongestBackOff.Ticks, Math.Max(ShortestBackOff.Ticks, 2 * last.Ticks)));

    // Waits for the end, and makes one where there is none; only then does what the worker ran fail.
    private async Task<int> EndAsync(RunningWorker worker, TimeSpan patience)
    {
        (WorkerProcess process, WorkerChannel channel) = worker;
        await Task.WhenAny(process.Exited, Task.Delay(patience, TimeProvider.System));
        if (!process.Exited.IsCompleted && patience > TimeSpan.Zero)
            LogKilled(process.Id, patience.TotalSeconds);
        if (!process.Exited.IsCompleted)
            process.Kill();
        int code = await process.Exited;
        channel.ProcessEnded($"The worker of {_app.Name} (process {process.Id}) exited with code {code}. {process.LastErrors}".TrimEnd());
        _server.Forget(channel);
        process.Dispose();
        return code;
    }

    [LoggerMessage(10, LogLevel.Information, "Worker started (process {Id}): {Functions} functions loaded.")]
    private partial void LogStarted(int id, int functions);

    [LoggerMessage(11, LogLevel.Error, "The worker (process {Id}) ended with code {Code}; it is started again in {Seconds} s.")]
    private partial void LogDied(int id, int code, double seconds);

    [LoggerMessage(12, LogLevel.Error, "The worker could not be started; the next try is in {Seconds} s.")]
    private partial void LogNotStarted(Exception e, double seconds);

    [LoggerMessage(13, LogLevel.Warning, "The worker (process {Id}) did not end within {Seconds} s, and was killed.")]
    private partial void LogKilled(int id, double seconds);

    [LoggerMessage(14, LogLevel.Warning, "A worker (process {Id}) that an earlier host left behind was ended.")]
    private partial void LogLeftover(int id);

    private sealed record RunningWorker(WorkerProcess Process, WorkerChannel Channel);
}
