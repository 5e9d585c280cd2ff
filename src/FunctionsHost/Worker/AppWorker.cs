using System.Net.Sockets;
using FunctionsHost.App;
using FunctionsHost.Worker.Rpc;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Worker;

/// <summary>The app's worker: one process at a time, started again when it dies.</summary>
internal sealed partial class AppWorker : IAsyncDisposable
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private readonly AppFolder _app;
    private readonly AppSettings _settings;
    private readonly FunctionAppOptions _options;
    private readonly WorkerServer _server;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private IReadOnlyList<RpcFunctionMetadata> _functions = [];
    private TaskCompletionSource<WorkerChannel> _ready = NotReady();
    private WorkerProcess? _process;
    private Task _supervision = Task.CompletedTask;

    private AppWorker(AppFolder app, AppSettings settings, FunctionAppOptions options, WorkerServer server, ILoggerFactory logs)
    {
        (_app, _settings, _options, _server, _logs) = (app, settings, options, server, logs);
        _log = logs.CreateLogger("FunctionsHost.Worker");
    }

    /// <summary>The functions of the app, as the worker listed them.</summary>
    public IReadOnlyList<RpcFunctionMetadata> Functions => _functions;

    /// <summary>The process that runs now.</summary>
    public int ProcessId => _process?.Id ?? 0;

    /// <summary>Starts the first process and loads every function.</summary>
    /// <exception cref="FunctionAppException">It does not start, or has a function that cannot be loaded.</exception>
    public static async Task<AppWorker> StartAsync(
        AppFolder app, AppSettings settings, FunctionAppOptions options, WorkerServer server, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        AppWorker worker = new(app, settings, options, server, logs);
        if (LeftoverWorker.End(options.StateFolder) is { } leftover)
            worker.LogLeftover(leftover);
        try
        {
            WorkerChannel channel = await worker.StartProcessAsync(cancellationToken);
            worker._ready.SetResult(channel);
            worker._supervision = Task.Run(() => worker.SuperviseAsync(channel), CancellationToken.None);
            return worker;
        }
        catch (Exception e)
        {
            await worker.DisposeAsync();
            throw e is WorkerProcessExitException ? new FunctionAppException(e.Message, e) : e;
        }
    }

    /// <summary>Runs a function, as soon as there is a worker.</summary>
    /// <param name="invoke">Given the worker, runs it.</param>
    /// <param name="cancellationToken">Stops waiting for a worker.</param>
    /// <exception cref="InvalidOperationException">There is none for longer than a start may take. Durable knows this text, and gives the work item back instead of failing it.</exception>
    public async Task<T> WithChannelAsync<T>(Func<WorkerChannel, Task<T>> invoke, CancellationToken cancellationToken)
    {
        WorkerChannel channel;
        try
        {
            channel = await _ready.Task.WaitAsync(_options.WorkerTimeouts.Start, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException("Did not find any initialized language workers", e);
        }

        return await invoke(channel);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        if (_process is { } process)
            await EndAsync(process);
        LeftoverWorker.Forget(_options.StateFolder);
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

    private async Task<WorkerChannel> StartProcessAsync(CancellationToken cancellationToken)
    {
        WorkerChannel channel = _server.Expect(Guid.NewGuid().ToString(), _logs);
        WorkerProcess process = _process = WorkerProcess.Start(_app, _settings, _server.Address, channel.WorkerId, _log);
        LeftoverWorker.Note(_options.StateFolder, process);
        _ = WatchAsync(process, channel);

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(_options.WorkerTimeouts.Start);
        try
        {
            await channel.Connected.WaitAsync(limited.Token);
            await channel.InitializeAsync(_app.Path, limited.Token);
            if (_functions.Count == 0)
                _functions = await channel.GetFunctionsAsync(_app.Path, limited.Token);
            await LoadAsync(channel, limited.Token);
            if (channel.HttpAddress is { } address)
                await WaitUntilListeningAsync(address, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new FunctionAppException($"The worker of {_app.Name} was not ready after {_options.WorkerTimeouts.Start.TotalSeconds:0} s. {process.LastErrors}");
        }

        LogStarted(process.Id, _functions.Count);
        return channel;
    }

    private async Task LoadAsync(WorkerChannel channel, CancellationToken cancellationToken)
    {
        string[] failures = (await Task.WhenAll(_functions.Select(TryLoadAsync))).OfType<string>().ToArray();
        if (failures is [_, ..])
            throw new FunctionAppException(string.Join(Environment.NewLine, failures));

        async Task<string?> TryLoadAsync(RpcFunctionMetadata function)
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
    }

    private async Task WatchAsync(WorkerProcess process, WorkerChannel channel)
    {
        await process.WaitForExitAsync(CancellationToken.None);
        string errors = process.LastErrors;
        channel.ProcessEnded($"The worker of {_app.Name} (process {process.Id}) exited with code {process.ExitCode}. {errors}".TrimEnd());
        _server.Forget(channel);
    }

    private async Task SuperviseAsync(WorkerChannel channel)
    {
        TimeSpan backOff = TimeSpan.Zero;
        while (true)
        {
            long began = TimeProvider.System.GetTimestamp();
            try
            {
                await _process!.WaitForExitAsync(_stopping.Token);
                _ready = NotReady();
                backOff = TimeProvider.System.GetElapsedTime(began) > StableAfter ? TimeSpan.Zero : NextBackOff(backOff);
                LogDied(_process.Id, _process.ExitCode, backOff.TotalSeconds);
                channel = await RestartAsync(backOff);
                _ready.SetResult(channel);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task<WorkerChannel> RestartAsync(TimeSpan backOff)
    {
        while (true)
        {
            await Task.Delay(backOff, TimeProvider.System, _stopping.Token);
            try
            {
                _process?.Dispose();
                return await StartProcessAsync(_stopping.Token);
            }
            catch (Exception e) when (e is FunctionAppException or WorkerProcessExitException)
            {
                backOff = NextBackOff(backOff);
                LogNotStarted(e, backOff.TotalSeconds);
            }
        }
    }

    // The first time at once.
    private static TimeSpan NextBackOff(TimeSpan last) =>
        TimeSpan.FromTicks(Math.Min(LongestBackOff.Ticks, Math.Max(TimeSpan.FromMilliseconds(50).Ticks, 2 * last.Ticks)));

    private async Task EndAsync(WorkerProcess process)
    {
        if (_ready.Task is { IsCompletedSuccessfully: true, Result: { } channel })
            channel.Terminate(_options.WorkerTimeouts.Stop);
        else
            process.Kill();
        try
        {
            await process.WaitForExitAsync().WaitAsync(_options.WorkerTimeouts.Stop);
        }
        catch (TimeoutException)
        {
            LogKilled(process.Id, _options.WorkerTimeouts.Stop.TotalSeconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
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
}
