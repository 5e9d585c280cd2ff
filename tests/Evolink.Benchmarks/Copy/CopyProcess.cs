using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Evolink.Benchmarks.Copy;

/// <summary>Runs a variant in a process of its own.</summary>
internal static class CopyProcess
{
    private const string Rclone = "rclone";
    private static readonly TimeSpan PeakPoll = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether <c>rclone</c> can be started.</summary>
    public static bool HasRclone { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? $"{Rclone}.exe" : Rclone)));

    public static Task<CopySample> RunAsync(CopyVariant variant, string source, Storage storage, long bytes, int copies, int warmups) =>
        variant == CopyVariant.Rclone ? RcloneAsync(source, storage, bytes, copies) : OwnAsync(variant, source, storage, bytes, copies, warmups);

    private static async Task<CopySample> OwnAsync(CopyVariant variant, string source, Storage storage, long bytes, int copies, int warmups)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "copy-once", "--variant", $"{variant}", "--source", source, "--storage", storage.ConnectionString, "--bytes", $"{bytes}", "--copies", $"{copies}", "--warmups", $"{warmups}",
            },
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize(output, CopyJson.Default.CopySample)!
            : throw new InvalidOperationException($"{variant} ended with {process.ExitCode}.");
    }

    // A process for each copy, for that is how it is used. Its start, some 50 ms, is in its time.
    private static async Task<CopySample> RcloneAsync(string source, Storage storage, long bytes, int copies)
    {
        List<double> seconds = [];
        (double cpu, long peak) = (0, 0);
        for (int i = 0; i < copies; i++)
        {
            long started = TimeProvider.System.GetTimestamp();
            using Process process = Process.Start(RcloneStart(source, storage, bytes))!;
            Task<string> complaint = process.StandardError.ReadToEndAsync();
            Task ended = process.WaitForExitAsync();
            double spent = 0;
            while (!ended.IsCompleted)
            {
                try
                {
                    process.Refresh();
                    (peak, spent) = (Math.Max(peak, process.PeakWorkingSet64), process.TotalProcessorTime.TotalSeconds);
                }
                catch (InvalidOperationException)
                {
                    break; // It has ended.
                }

                await Task.WhenAny(ended, Task.Delay(PeakPoll, TimeProvider.System));
            }

            await ended;
            seconds.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            cpu += spent;
            if (process.ExitCode != 0)
                throw new InvalidOperationException($"rclone ended with {process.ExitCode}: {await complaint}");
        }

        return new CopySample([.. seconds], cpu, peak, GrowthBytes: null);
    }

    private static ProcessStartInfo RcloneStart(string source, Storage storage, long bytes) => new(Rclone)
    {
        UseShellExecute = false,
        RedirectStandardError = true,
        ArgumentList = { "copyurl", string.Create(CultureInfo.InvariantCulture, $"{source}{bytes}/video.mp4"), $"sink:videos/{Guid.NewGuid():N}.mp4", "--config", OperatingSystem.IsWindows() ? "NUL" : "/dev/null" },
        Environment =
        {
            ["RCLONE_CONFIG_SINK_TYPE"] = "azureblob",
            // Else it puts the account in front of the host.
            ["RCLONE_CONFIG_SINK_USE_EMULATOR"] = "true",
            ["RCLONE_CONFIG_SINK_ACCOUNT"] = storage.Account,
            ["RCLONE_CONFIG_SINK_KEY"] = storage.Key,
            ["RCLONE_CONFIG_SINK_ENDPOINT"] = storage.Endpoint,
        },
    };
}

/// <summary>Storage that a copy goes to.</summary>
internal sealed record Storage(string ConnectionString)
{
    public string Account => Value("AccountName");

    public string Key => Value("AccountKey");

    public string Endpoint => Value("BlobEndpoint");

    private string Value(string name) => ConnectionString.Split(';').Single(part => part.StartsWith($"{name}=", StringComparison.Ordinal))[(name.Length + 1)..];
}
