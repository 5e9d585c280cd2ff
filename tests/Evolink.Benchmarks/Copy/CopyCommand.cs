using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Evolink.Benchmarks.Copy;

/// <summary><c>copy</c>: how fast a video gets from a link into storage, beside what others do and what the machine can.</summary>
internal static class CopyCommand
{
    public static Command Build()
    {
        Option<long[]> sizes = new("--size")
        {
            Description = "Sizes, such as 5MiB or 2GiB.",
            DefaultValueFactory = _ => [5L << 20, 256L << 20, 2L << 30],
            CustomParser = result => [.. result.Tokens.Select(token => Size(token.Value, result))],
            AllowMultipleArgumentsPerToken = true,
        };
        Option<int> rounds = new("--rounds") { Description = "How often each variant runs, taking turns.", DefaultValueFactory = _ => 3 };
        Option<string[]> targets = new("--target") { Description = "Where to: sink, azurite.", DefaultValueFactory = _ => [CopyTarget.Sink, CopyTarget.Azurite], AllowMultipleArgumentsPerToken = true };
        targets.AcceptOnlyFromAmong(CopyTarget.Sink, CopyTarget.Azurite);
        Option<CopyVariant[]> variants = new("--variant") { Description = "Which variants.", DefaultValueFactory = _ => Enum.GetValues<CopyVariant>(), AllowMultipleArgumentsPerToken = true };
        Option<long[]> block = new("--block")
        {
            Description = "Size of a block; default: the app's own.",
            DefaultValueFactory = _ => [0],
            CustomParser = result => [.. result.Tokens.Select(token => Size(token.Value, result))],
        };
        Option<int> inFlight = new("--in-flight") { Description = "Blocks of one copy at a time; default: the app's own." };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of a table." };
        Command command = new("copy", "From a link into storage: ours, HttpClient and BlobClient.UploadAsync, rclone copyurl, and the machine's limits.") { sizes, rounds, targets, variants, block, inFlight, json };
        command.SetAction(parsed => RunAsync(
            parsed.GetValue(sizes)!,
            parsed.GetValue(targets)!,
            new CopyPlan(parsed.GetValue(rounds), [.. parsed.GetValue(variants)!], (int)parsed.GetValue(block)![0], parsed.GetValue(inFlight)),
            parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> RunAsync(long[] sizes, string[] targets, CopyPlan plan, bool json)
    {
        Machine machine = Machine.Current();
        List<CopyResult> results = [];
        foreach (string target in targets)
        {
            foreach (long bytes in sizes)
                results.AddRange(await new CopySeries(target, bytes, plan).RunAsync());
        }

        string command = $"copy --size {string.Join(' ', sizes.Select(Name))} --rounds {plan.Rounds} --target {string.Join(' ', targets)}";
        CopyReport report = new(command, machine.AtEnd(), CopyProcess.HasRclone ? [] : ["rclone is not installed"], results);
        if (json)
            Output.Json(report, CopyJson.Default.CopyReport);
        else
            Print(report);
        return 0;
    }

    private static void Print(CopyReport report)
    {
        Output.Heading(report.Command, report.Machine);
        Output.Table(
            "| target | size | variant | seconds | MB/s | CPU s/GiB | peak MiB | growth MiB | headers to commit ms | stolen % |",
            report.Results.Select(r => (FormattableString)$"| {r.Target} | {Name(r.Bytes)} | {r.Variant} | {r.Seconds:0.000} | {r.MegabytesPerSecond:0} | {r.CpuSecondsPerGib:0.00} | {r.PeakMib:0} | {r.GrowthMib:0} | {r.HeadersToCommitMs:0.0} | {r.StolenPercent:0} |"));
    }

    private static long Size(string text, ArgumentResult result)
    {
        (string digits, int shift) = text switch
        {
            [.. var number, 'K', 'i', 'B'] => (number, 10),
            [.. var number, 'M', 'i', 'B'] => (number, 20),
            [.. var number, 'G', 'i', 'B'] => (number, 30),
            _ => (text, 0),
        };
        if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value > 0)
            return value << shift;
        result.AddError($"'{text}' is no size; write 5MiB, 2GiB or bytes.");
        return 0;
    }

    private static string Name(long bytes) => bytes switch
    {
        _ when bytes % (1L << 30) == 0 => $"{bytes >> 30}GiB",
        _ when bytes % (1L << 20) == 0 => $"{bytes >> 20}MiB",
        _ => $"{bytes}",
    };
}
