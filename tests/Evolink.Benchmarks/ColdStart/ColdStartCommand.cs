using System.CommandLine;
using System.Diagnostics;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.ColdStart;

/// <summary><c>coldstart</c>: from the start of the process to the first 200 and to the first accepted generation, storage being up.</summary>
internal static class ColdStartCommand
{
    public static Command Build()
    {
        Option<int> starts = new("--starts") { Description = "How often each variant starts, taking turns.", DefaultValueFactory = _ => 10 };
        Option<string?> readyToRun = new("--ready-to-run") { Description = "Folder with this program published with PublishReadyToRun; default: it is published into a folder of its own." };
        Option<bool> jitOnly = new("--jit-only") { Description = "Leaves ReadyToRun out." };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("coldstart", "From process start to the first answer: JIT and ReadyToRun, tiered PGO on and off.") { starts, readyToRun, jitOnly, json };
        command.SetAction(async parsed =>
        {
            Machine machine = Machine.Current();
            using Scratch scratch = new();
            string? published = parsed.GetValue(jitOnly) ? null : parsed.GetValue(readyToRun) ?? await PublishAsync(scratch);
            IReadOnlyList<ColdStartResult> results = await RunAsync(parsed.GetValue(starts), published);
            ColdStartReport report = new($"coldstart --starts {parsed.GetValue(starts)}", machine.AtEnd(), results);
            if (parsed.GetValue(json))
                Output.Json(report, BenchmarkJson.Default.ColdStartReport);
            else
                Print(report);
            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<ColdStartResult>> RunAsync(int starts, string? published)
    {
        Variant[] variants =
        [
            .. new[] { false, true }.SelectMany(r2r => new[] { true, false }.Select(pgo => new Variant(r2r, pgo))).Where(variant => published is not null || !variant.ReadyToRun),
        ];
        await using LoopbackProvider provider = new(0, taskTime: null);
        await using MemoryStorage storage = new();
        Dictionary<Variant, List<Times>> times = variants.ToDictionary(variant => variant, _ => new List<Times>());
        // The first round fills the file cache.
        for (int round = -1; round < starts; round++)
        {
            foreach (Variant variant in variants)
            {
                Times took = await StartAsync(variant, variant.ReadyToRun ? Path.Combine(published!, Path.GetFileName(Environment.ProcessPath!)) : null, provider.Url, storage.ConnectionString);
                if (round >= 0)
                    times[variant].Add(took);
            }
        }

        return
        [
            .. times.Select(entry => new ColdStartResult(
                entry.Key.ReadyToRun ? "ReadyToRun" : "JIT",
                entry.Key.Pgo,
                entry.Value.Select(t => t.FirstOk).Median(),
                entry.Value.Min(t => t.FirstOk),
                entry.Value.Select(t => t.Accepted).Median(),
                entry.Value.Select(t => t.CpuSeconds * 1000).Median())),
        ];
    }

    private static async Task<Times> StartAsync(Variant variant, string? program, Uri provider, string storage)
    {
        using Scratch scratch = new();
        long started = TimeProvider.System.GetTimestamp();
        await using AppProcess app = await AppProcess.StartAsync(
            new AppOrder(scratch.Journal, provider, storage), environment: new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = variant.Pgo ? "1" : "0" }, program: program);
        using HttpLoad.Connection connection = await HttpLoad.Connection.OpenAsync(app.Url);
        int status = await connection.SendAsync(System.Text.Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {app.Url.Authority}\r\n\r\n"));
        double first = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        if (status != 200)
            throw new InvalidOperationException($"The first answer was {status}.");
        double cpu = app.CpuSeconds;
        using GenerationClient client = new(app.Url);
        await client.PostAsync(0);
        return new Times(first, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds, cpu);
    }

    // The benchmarks refer to the app, so that what is published of it is the same; a function app itself is not published with stand-ins.
    private static async Task<string> PublishAsync(Scratch scratch)
    {
        string project = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "Evolink.Benchmarks.csproj"));
        string folder = Path.Combine(Path.GetDirectoryName(scratch.Journal)!, "ready-to-run");
        ProcessStartInfo start = new("dotnet", ["publish", project, "-c", "Release", "-r", System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier, "--no-self-contained", "-p:PublishReadyToRun=true", "-o", folder, "-v:q"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using Process publish = Process.Start(start)!;
        string output = await publish.StandardOutput.ReadToEndAsync();
        await publish.WaitForExitAsync();
        return publish.ExitCode == 0 ? folder : throw new InvalidOperationException($"dotnet publish ended with {publish.ExitCode}: {output}");
    }

    private static void Print(ColdStartReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| code | tiered PGO | first 200 ms | fastest ms | first generation accepted ms | CPU until first 200 ms |",
            report.Results.Select(r => (FormattableString)$"| {r.Code} | {(r.TieredPgo ? "on" : "off")} | {r.FirstOkMs:0} | {r.FastestMs:0} | {r.AcceptedMs:0} | {r.CpuMs:0} |"));
    }

    private sealed record Variant(bool ReadyToRun, bool Pgo);

    private sealed record Times(double FirstOk, double Accepted, double CpuSeconds);
}

/// <summary>Medians over the starts.</summary>
internal sealed record ColdStartResult(string Code, bool TieredPgo, double FirstOkMs, double FastestMs, double AcceptedMs, double CpuMs);

/// <summary>Everything.</summary>
internal sealed record ColdStartReport(string Command, Machine Machine, IReadOnlyList<ColdStartResult> Results);
