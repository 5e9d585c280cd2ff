using System.Diagnostics;
using Evolink.LocalHost;

namespace Evolink.Testing.Hosting;

/// <summary>The built program, run as a user runs it.</summary>
public sealed class CliProcess : IDisposable
{
    private static readonly string Program = typeof(LocalHostException).Assembly.Location;
    private readonly Process _process;
    private readonly Task<string> _errors;

    public CliProcess(string[] args, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) is "dotnet" ? path : DotnetPath(), ["exec", Program, .. args])
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

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static string DotnetPath() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
