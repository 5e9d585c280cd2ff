namespace Evolink.LocalHost.Chaos;

/// <summary>One life of the host and of its workers, seen from the campaign.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly string _folder;
    private readonly Task _log;
    private readonly Task _output;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process, string folder, TextWriter log)
    {
        (_process, _folder) = (process, folder);
        _log = CopyAsync(process.StandardError, log);
        _output = ListenAsync(process.StandardOutput);
        Exited = EndAsync();
    }

    /// <summary>Ends when it answers requests, with <see langword="false"/> when it never will.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Ends when it is dead and everything that it said was read.</summary>
    public Task Exited { get; }

    public static async Task<HostProcess> StartAsync(ChaosHostOrder order, TextWriter log)
    {
        Process process = Process.Start(OwnProgram.Start("chaos-host"))!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, ChaosJson.Default.ChaosHostOrder));
        await process.StandardInput.FlushAsync();
        return new HostProcess(process, order.Folder, log);
    }

    /// <summary>Waits until there is a worker; not longer than the host lives.</summary>
    public async Task WorkerStartedAsync(CancellationToken cancellationToken)
    {
        while (!Exited.IsCompleted)
        {
            using (Process? worker = FunctionAppHost.FindWorker(_folder))
            {
                if (worker is not null)
                    return;
            }

            await Task.Delay(Look, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>kill -9. Where there is no worker, the host dies in its place.</summary>
    /// <returns>What was killed, when it is dead.</returns>
    public async Task<Kill> KillAsync(Victim victim)
    {
        using Process? worker = victim == Victim.Host ? null : FunctionAppHost.FindWorker(_folder);
        if (victim == Victim.Worker && worker is null)
            victim = Victim.Host;
        Kill kill = new(victim, TimeProvider.System.GetUtcNow());
        if (victim != Victim.Worker)
            _process.Kill();
        worker?.Kill();
        if (victim != Victim.Worker)
            await Exited;
        if (worker is not null)
            await worker.WaitForExitAsync();
        return kill;
    }

    /// <summary>Ends the worker that a killed host has left behind.</summary>
    public static async Task EndLeftoverAsync(string folder)
    {
        using Process? worker = FunctionAppHost.FindWorker(folder);
        if (worker is null)
            return;
        worker.Kill();
        await worker.WaitForExitAsync();
    }

    /// <summary>Ends it in peace, with its worker.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await Exited.WaitAsync(StopTimeout, TimeProvider.System);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            _process.Kill();
            await Exited;
        }

        await EndLeftoverAsync(_folder);
        _process.Dispose();
    }

    private async Task EndAsync()
    {
        await Task.WhenAll(_process.WaitForExitAsync(), _output, _log);
        _ready.TrySetResult(false);
    }

    private async Task ListenAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            if (line == ChaosHost.Ready)
                _ready.TrySetResult(true);
        }
    }

    private static async Task CopyAsync(StreamReader errors, TextWriter log)
    {
        while (await errors.ReadLineAsync() is { } line)
            await log.WriteLineAsync(line);
    }
}
