using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Evolink.Benchmarks;

/// <summary>What a benchmark prints: one JSON object, or the machine and tables for Markdown.</summary>
internal static class Output
{
    public static void Json<T>(T report, JsonTypeInfo<T> type) => Console.WriteLine(JsonSerializer.Serialize(report, type));

    public static void Heading(string command, Machine machine)
    {
        Console.WriteLine($"`{command}` on {machine.Processor}, {machine.Cores} cores, {machine.System}, {machine.Runtime}");
        Console.WriteLine(FormattableString.Invariant($"load average {machine.LoadAverage} before, {machine.LoadAverageAtEnd} after; {machine.StolenPercent:0} % of the processors' time stolen"));
        Console.WriteLine();
    }

    public static void Table(string header, IEnumerable<FormattableString> rows)
    {
        Console.WriteLine(header);
        Console.WriteLine(string.Concat(Enumerable.Repeat("|---", header.Count(c => c == '|') - 1)) + "|");
        foreach (FormattableString row in rows)
            Console.WriteLine(row.ToString(CultureInfo.InvariantCulture));
    }
}
