namespace FunctionsHost.Worker;

/// <summary>One process of the app's worker.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private const int MostLines = 20;
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);

    // Ctrl-C, and the end of a terminal, reach every process of it. The worker goes on until the host, which gets them too, has let what runs finish.
    private const string WithoutTerminalSignals = "trap '' INT HUP; exec \"$0\" \"$@\"";

    private readonly Process _process;
    private readonly TaskCompletionSource _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ILogger _console;

    private WorkerProcess(Process process, ILogger console)
    {
        (_process, _console) = (process, console);
        Id = process.Id;
        process.OutputDataReceived += (_, line) => Log(LogLevel.Information, line.Data);
        process.ErrorDataReceived += (_, line) => ReadError(line.Data);
        process.Exited += (_, _) => _exited.TrySetResult();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.EnableRaisingEvents = true;
        Exited = WaitForExitAsync();
    }

    public int Id { get; }

    /// <summary>When it began; with <see cref="Id"/> it names one process for good, for ids are used again. Null: it has ended already.</summary>
    public DateTime? StartTime
    {
        get
        {
            try
            {
                return _process.StartTime.ToUniversalTime();
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                return null;
            }
        }
    }

    /// <summary>Ends with the process, and tells its exit code.</summary>
    public Task<int> Exited { get; }

    /// <summary>What it wrote to its error stream at last: the exception that ended it, where there was one.</summary>
    public string LastErrors =>
        _errors.FirstOrDefault(line => line.StartsWith("Unhandled exception.", StringComparison.Ordinal)) ?? string.Join(Environment.NewLine, _errors);

    /// <exception cref="FunctionAppException">The program cannot be started.</exception>
    public static WorkerProcess Start(AppFolder app, AppSettings settings, Uri host, string workerId, ILoggerFactory logs)
    {
        string[] shell = OperatingSystem.IsWindows() ? [app.Executable] : ["/bin/sh", "-c", WithoutTerminalSignals, app.Executable];
        ProcessStartInfo start = new(shell[0], [.. shell[1..], .. Arguments(app, host, workerId)]);
        (start.WorkingDirectory, start.UseShellExecute) = (app.Path, false);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        settings.CopyTo(start.Environment);
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Path;
        try
        {
            return new WorkerProcess(Process.Start(start)!, logs.CreateLogger("Host.Function.Console"));
        }
        catch (Win32Exception e)
        {
            throw new FunctionAppException($"The worker's program, {app.Executable}, could not be started: {e.Message}", e);
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended.
        }
    }

    public void Dispose() => _process.Dispose();

    // The worker reads the second style; the first is that of older ones, and both are given, as the real host does.
    private static IEnumerable<string> Arguments(AppFolder app, Uri host, string workerId)
    {
        string request = Guid.NewGuid().ToString();
        string length = int.MaxValue.ToString(CultureInfo.InvariantCulture);
        return
        [
            app.WorkerFile,
            "--host", host.Host, "--port", host.Port.ToString(CultureInfo.InvariantCulture), "--workerId", workerId, "--requestId", request,
            "--grpcMaxMessageLength", length,
            "--functions-uri", host.ToString(), "--functions-worker-id", workerId, "--functions-request-id", request,
            "--functions-grpc-max-message-length", length,
        ];
    }

    private async Task<int> WaitForExitAsync()
    {
        await _exited.Task;
        // A process that the worker started may keep its output open for ever.
        await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(LastOutput, TimeProvider.System));
        return _process.ExitCode;
    }

    private void ReadError(string? line)
    {
        Log(LogLevel.Warning, line);
        // The stack that follows an exception is in the log.
        if (line is not { Length: > 0 } || line.StartsWith("   at ", StringComparison.Ordinal))
            return;
        _errors.Enqueue(line);
        while (_errors.Count > MostLines)
            _errors.TryDequeue(out string? _);
    }

    private void Log(LogLevel level, string? line)
    {
        if (line is { Length: > 0 })
            _console.Log(level, default, line, null, static (text, _) => text);
    }
}
