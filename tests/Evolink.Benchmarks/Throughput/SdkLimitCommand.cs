using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Evolink.Benchmarks.Throughput;

/// <summary>A limit: the storage requests of a generation through the same SDK, and nothing else, in a process of its own.</summary>
internal static class SdkLimitCommand
{
    private const string Name = "sdk-limit";

    // As `cost` counts them.
    private const int Writes = 11;
    private const int Reads = 8;
    private const int RecordBytes = 1500;

    public static Command Build()
    {
        Option<string> storage = new("--storage") { Required = true };
        Option<int> generations = new("--generations") { Required = true };
        Command command = new(Name, "Measures the SDK in this process.") { storage, generations };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            BlobContainerClient container = new(parsed.GetValue(storage)!, "limit");
            await container.CreateIfNotExistsAsync();
            await RunAsync(container, parsed.GetValue(generations));
            (TimeSpan cpu, long started) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
            await RunAsync(container, parsed.GetValue(generations));
            SdkLimit limit = new(
                parsed.GetValue(generations) / TimeProvider.System.GetElapsedTime(started).TotalSeconds,
                (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / parsed.GetValue(generations));
            Console.WriteLine(JsonSerializer.Serialize(limit, BenchmarkJson.Default.SdkLimit));
            return 0;
        });
        return command;
    }

    /// <summary>Measures it against a storage.</summary>
    public static async Task<SdkLimit> MeasureAsync(string storage, int generations)
    {
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Name, "--storage", storage, "--generations", $"{generations}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize(output, BenchmarkJson.Default.SdkLimit)!;
    }

    private static Task RunAsync(BlobContainerClient container, int generations)
    {
        BinaryData record = new(new byte[RecordBytes]);
        return Parallel.ForEachAsync(Enumerable.Range(0, generations), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
        {
            BlobClient blob = container.GetBlobClient(Guid.NewGuid().ToString("N"));
            for (int i = 0; i < Writes; i++)
                await blob.UploadAsync(record, new BlobUploadOptions(), stop);
            for (int i = 0; i < Reads; i++)
                await blob.DownloadContentAsync(stop);
        });
    }
}

/// <summary>What the SDK alone allows.</summary>
/// <param name="PerSecond">Generations per second, if they were nothing but their storage requests.</param>
/// <param name="CpuMs">Processor time of the client's side for the requests of one generation.</param>
internal sealed record SdkLimit(double PerSecond, double CpuMs);
