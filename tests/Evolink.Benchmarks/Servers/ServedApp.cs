using System.Diagnostics;
using System.Globalization;
using Evolink.LocalHost;
using Evolink.LocalHost.Data;

namespace Evolink.Benchmarks.Servers;

/// <summary><c>serve</c> as a process of its own, with a data folder of its own that goes with it.</summary>
internal sealed class ServedApp : IAsyncDisposable
{
    private const int LongestLine = 400;

    private readonly Process _process;
    private readonly string _folder;
    private readonly Task _errors;
    private readonly List<string> _failures = [];

    private ServedApp(Process process, string folder)
    {
        (_process, _folder) = (process, folder);
        _errors = ReadErrorsAsync();
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Key of the client <c>local</c>.</summary>
    public string Key => LocalKeys.Read(_folder)!.Client;

    /// <summary>What was logged as an error, or worse.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_failures)
                return [.. _failures];
        }
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public static async Task<ServedApp> StartAsync(IReadOnlyDictionary<string, string> settings, string? azurite)
    {
        string folder = Directory.CreateTempSubdirectory("evolink-served-").FullName;
        ProcessStartInfo start = new("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "exec", typeof(LocalHostException).Assembly.Location, "serve", "--port", "0", "--data", folder, "--simulator-time", "1" },
        };
        if (azurite is not null)
        {
            start.ArgumentList.Add("--azurite");
            start.ArgumentList.Add(azurite);
        }

        foreach ((string name, string value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment.Remove("EVOLINK_API_KEY");
        ServedApp app = new(Process.Start(start)!, folder);
        while (await app._process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal)) is not { } address)
                continue;
            app.Address = new Uri(address.TrimEnd('.', ','));
            _ = app._process.StandardOutput.ReadToEndAsync();
            return app;
        }

        await app._errors;
        throw new InvalidOperationException($"serve ended: {string.Join(' ', app.Failures)}");
    }

    /// <summary>Memory of the process, in bytes.</summary>
    public long Resident()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using Process interrupt = Process.Start("kill", ["-INT", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await interrupt.WaitForExitAsync();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(30), TimeProvider.System);
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }

        await _errors;
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("fail:", StringComparison.Ordinal) && !line.StartsWith("crit:", StringComparison.Ordinal) && !line.Contains("Unhandled", StringComparison.Ordinal))
                continue;
            lock (_failures)
                _failures.Add(line.Length > LongestLine ? line[..LongestLine] : line);
        }
    }
}
