using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using FunctionsHost.App;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Worker;

/// <summary>One process of the app's worker.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private const int MostLines = 20;

    // Ctrl-C, and the end of a terminal, reach every process of it. The worker goes on until the host, which gets them too, has let what runs finish.
    private const string WithoutTerminalSignals = "trap '' INT HUP; exec \"$0\" \"$@\"";

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly ILogger _log;

    private WorkerProcess(Process process, ILogger log) => (_process, _log) = (process, log);

    public int Id => _process.Id;

    /// <summary>When it began; with <see cref="Id"/> it names one process for good, for ids are used again.</summary>
    public DateTime StartTime => _process.StartTime;

    /// <summary>What it wrote to its error stream at last: the exception that ended it, where there was one.</summary>
    public string LastErrors =>
        _errors.FirstOrDefault(line => line.StartsWith("Unhandled exception.", StringComparison.Ordinal)) ?? string.Join(Environment.NewLine, _errors);

    public int ExitCode => _process.ExitCode;

    /// <exception cref="FunctionAppException">The program cannot be started.</exception>
    public static WorkerProcess Start(AppFolder app, AppSettings settings, Uri host, string workerId, ILogger log)
    {
        string[] shell = OperatingSystem.IsWindows() ? [app.Executable] : ["/bin/sh", "-c", WithoutTerminalSignals, app.Executable];
        ProcessStartInfo start = new(shell[0])
        {
            WorkingDirectory = app.Path,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])[.. shell[1..], .. Arguments(app, host, workerId)])
            start.ArgumentList.Add(argument);
        settings.CopyTo(start.Environment);
        start.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = app.Path;

        try
        {
            Process process = Process.Start(start) ?? throw new FunctionAppException($"{app.Executable} could not be started.");
            WorkerProcess worker = new(process, log);
            worker.ReadOutput();
            return worker;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new FunctionAppException($"The worker's program, {app.Executable}, could not be started: {e.Message}", e);
        }
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => _process.WaitForExitAsync(cancellationToken);

    public void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
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

    private void ReadOutput()
    {
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text)
                LogOutput(text);
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not { Length: > 0 } text)
                return;
            LogError(text);
            // The stack that follows an exception is in the log.
            if (!text.StartsWith("   at ", StringComparison.Ordinal))
                _errors.Enqueue(text);
            while (_errors.Count > MostLines)
                _errors.TryDequeue(out string? _);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    [LoggerMessage(1, LogLevel.Information, "{Line}")]
    private partial void LogOutput(string line);

    [LoggerMessage(2, LogLevel.Warning, "{Line}")]
    private partial void LogError(string line);
}
