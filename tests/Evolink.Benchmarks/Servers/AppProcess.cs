using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Evolink.Benchmarks.Servers;

/// <summary>A process of this program's, or another, that says when it is ready and ends with its standard input.</summary>
internal sealed class AppProcess : IAsyncDisposable
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly Task _output;
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<TaskCompletionSource<string>> _answers = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _ends = new(StringComparer.Ordinal);

    private AppProcess(Process process)
    {
        _process = process;
        _output = ListenAsync();
    }

    public int Id => _process.Id;

    public Uri Url { get; private set; } = null!;

    /// <summary>Processor time that the process has used so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>The app.</summary>
    public static Task<AppProcess> StartAsync(AppOrder order, bool tellEnds = false, IReadOnlyDictionary<string, string>? environment = null, string? program = null) =>
        StartAsync(["app-host", .. tellEnds ? ["--tell-ends"] : Array.Empty<string>()], JsonSerializer.Serialize(order, BenchmarkJson.Default.AppOrder), environment, program);

    /// <summary>A hidden command of this program.</summary>
    public static async Task<AppProcess> StartAsync(string[] arguments, string? firstLine = null, IReadOnlyDictionary<string, string>? environment = null, string? program = null)
    {
        ProcessStartInfo start = new(program ?? Environment.ProcessPath!, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        AppProcess app = new(Process.Start(start)!);
        if (firstLine is not null)
        {
            await app._process.StandardInput.WriteLineAsync(firstLine);
            await app._process.StandardInput.FlushAsync();
        }

        app.Url = await app._ready.Task;
        return app;
    }

    /// <summary>When the record of a job was written with its end, in ticks of the clock that all processes share.</summary>
    public Task<long> EndOf(string job) => _ends.GetOrAdd(job, static _ => new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public async Task<AppSample> ReadAsync() => JsonSerializer.Deserialize(await AskAsync(AppHostCommand.Read), BenchmarkJson.Default.AppSample)!;

    public async Task<string> AskAsync(string order)
    {
        TaskCompletionSource<string> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(answer);
        await TellAsync(order);
        return await answer.Task;
    }

    public Task ResetAsync() => TellAsync(AppHostCommand.Reset);

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(LongestEnd, TimeProvider.System);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            _process.Kill();
        }

        await _output;
        _process.Dispose();
    }

    private async Task TellAsync(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(AppHostCommand.Ended, StringComparison.Ordinal))
            {
                string[] parts = line.Split(' ');
                _ = EndOf(parts[1]);
                _ends[parts[1]].TrySetResult(long.Parse(parts[2], CultureInfo.InvariantCulture));
            }
            else if (line.StartsWith(AppHostCommand.Ready, StringComparison.Ordinal))
            {
                _ready.TrySetResult(new Uri(line[AppHostCommand.Ready.Length..]));
            }
            else if (_answers.TryDequeue(out TaskCompletionSource<string>? answer))
            {
                answer.SetResult(line);
            }
        }

        _ready.TrySetException(new InvalidOperationException($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} ended before it was ready."));
        while (_answers.TryDequeue(out TaskCompletionSource<string>? unanswered))
            unanswered.TrySetException(new InvalidOperationException("The process has ended."));
    }
}
