using System.Diagnostics;
using System.Text.Json;
using Evolink.LocalHost.Durable;

namespace Evolink.LocalHost.Chaos;

/// <summary>One life of the host, seen from the campaign.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private static readonly string UnguardedStart = $"[{EngineLog.UnguardedStartEvent}]";

    private readonly Process _process;
    private readonly Task _log;
    private readonly Task _output;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostProcess(Process process, TextWriter log)
    {
        _process = process;
        _log = CopyAsync(process.StandardError, log);
        _output = ListenAsync(process.StandardOutput);
        Exited = EndAsync();
    }

    /// <summary>Ends when it answers requests, with <see langword="false"/> when it never will.</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Ends when it is dead and everything that it said was read.</summary>
    public Task Exited { get; }

    /// <summary>The crash point that it ended itself at.</summary>
    public CrashPoint? CrashedAt { get; private set; }

    /// <summary>Starts of runs that were there, which another backend could have ended by it.</summary>
    public int UnguardedStarts { get; private set; }

    public static async Task<HostProcess> StartAsync(ChaosHostOrder order, Life? life, TextWriter log)
    {
        string[] crash = life is { CrashAt: { } point } ? ["--crash-at", point.ToString(), "--occurrence", $"{life.Occurrence}"] : [];
        Process process = Process.Start(OwnProgram.Start(["chaos-host", .. crash]))!;
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, ChaosJson.Default.ChaosHostOrder));
        await process.StandardInput.FlushAsync();
        return new HostProcess(process, log);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await Exited;
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
            else if (line.StartsWith(ChaosHost.Crash, StringComparison.Ordinal))
                CrashedAt = Enum.Parse<CrashPoint>(line.AsSpan(ChaosHost.Crash.Length));
        }
    }

    private async Task CopyAsync(StreamReader errors, TextWriter log)
    {
        while (await errors.ReadLineAsync() is { } line)
        {
            if (line.Contains(UnguardedStart, StringComparison.Ordinal))
                UnguardedStarts++;
            await log.WriteLineAsync(line);
        }
    }
}
