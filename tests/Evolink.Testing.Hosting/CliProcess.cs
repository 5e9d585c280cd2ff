using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Evolink.LocalHost;
using Evolink.LocalHost.Data;

namespace Evolink.Testing.Hosting;

/// <summary>The built program, run as a user runs it.</summary>
public sealed class CliProcess : IDisposable
{
    private static readonly string Program = typeof(LocalHostException).Assembly.Location;
    private readonly Process _process;
    private readonly Task<string> _errors;

    /// <param name="args">Its arguments.</param>
    /// <param name="environment">Environment variables besides those of the tests.</param>
    /// <param name="ownTerminal">Whether it and all that it starts get the signals of a terminal of their own, as in a shell (Linux).</param>
    /// <param name="program">Another build of it than this one.</param>
    public CliProcess(string[] args, IReadOnlyDictionary<string, string?>? environment = null, bool ownTerminal = false, string? program = null)
    {
        string[] command = [.. ownTerminal ? ["setsid"] : Array.Empty<string>(), .. CommandOf(program ?? Program), .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        start.Environment.Remove("EVOLINK_API_KEY");
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>How it is started, before its arguments.</summary>
    public static IReadOnlyList<string> Command => CommandOf(Program);

    public int Id => _process.Id;

    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var process = new CliProcess(args);
        return await process.ToEndAsync();
    }

    public async Task<(int Code, string Output, string Errors)> ToEndAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return (_process.ExitCode, output, await _errors);
    }

    public async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"It ended: {await _errors}");

    /// <summary>A client of the app that <c>serve</c> runs, once it says that it does, with the key of its data folder.</summary>
    public async Task<HttpClient> ClientAsync(string dataFolder)
    {
        string line = await ReadLineAsync();
        return new HttpClient
        {
            BaseAddress = new Uri(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", LocalKeys.Read(dataFolder)!.Client) },
        };
    }

    public void Kill() => _process.Kill();

    /// <summary>Sends it a signal of its own.</summary>
    public void Signal(PosixSignal signal) => Send(signal, $"{Id}");

    /// <summary>Sends a signal to it and to all that it started, as its terminal does at Ctrl-C.</summary>
    public void SignalFromTerminal(PosixSignal signal) => Send(signal, $"-{Id}");

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string[] CommandOf(string program) => [DotnetPath(), "exec", program];

    private static void Send(PosixSignal signal, string target)
    {
        string name = signal.ToString()["SIG".Length..];
        using Process kill = Process.Start("/bin/sh", ["-c", $"kill -s {name} -- {target}"]);
        kill.WaitForExit();
        if (kill.ExitCode != 0)
            throw new InvalidOperationException($"Signal {name} to {target} was not sent.");
    }

    private static string DotnetPath() =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) is "dotnet" ? path
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
