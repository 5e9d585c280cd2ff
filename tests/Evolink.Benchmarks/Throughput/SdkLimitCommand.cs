using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Throughput;

/// <summary>A limit: the storage requests of a generation through the same SDK, and nothing else, in a process of its own.</summary>
internal static class SdkLimitCommand
{
    private const string Name = "sdk-limit";

    // As `cost` counts them.
    private const int Writes = 11; // and the video
    private const int Reads = 8;
    private const int RecordBytes = 1500;

    public static Command Build()
    {
        Option<string> storage = new("--storage") { Required = true };
        Option<int> generations = new("--generations") { Required = true };
        Option<int> videoBytes = new("--video-bytes") { Required = true };
        Command command = new(Name, "Measures the SDK in this process.") { storage, generations, videoBytes };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            BlobContainerClient container = new(parsed.GetValue(storage)!, "limit");
            await container.CreateIfNotExistsAsync();
            int count = parsed.GetValue(generations);
            BinaryData video = new(new byte[parsed.GetValue(videoBytes)]);
            await RunAsync(container, count, video);
            (TimeSpan cpu, long started) = (Environment.CpuUsage.TotalTime, TimeProvider.System.GetTimestamp());
            await RunAsync(container, count, video);
            SdkMeasurement measured = new(count / TimeProvider.System.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds / count);
            Console.WriteLine(JsonSerializer.Serialize(measured, BenchmarkJson.Default.SdkMeasurement));
            return 0;
        });
        return command;
    }

    /// <summary>Measures it against a storage of its own.</summary>
    public static async Task<SdkLimit> MeasureAsync(string storageName, int generations, int videoBytes)
    {
        await using StorageServer storage = await StorageServer.StartAsync(storageName);
        SdkMeasurement measured = await MeasureAsync(storage, generations, videoBytes);
        return new SdkLimit(storageName, measured.PerSecond, measured.CpuMs, storage.CpuSeconds * 1000 / (2 * generations));
    }

    private static async Task<SdkMeasurement> MeasureAsync(StorageServer storage, int generations, int videoBytes)
    {
        string[] arguments = [Name, "--storage", storage.ConnectionString, "--generations", $"{generations}", "--video-bytes", $"{videoBytes}"];
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize(output, BenchmarkJson.Default.SdkMeasurement)!;
    }

    private static Task RunAsync(BlobContainerClient container, int generations, BinaryData video)
    {
        BinaryData record = new(new byte[RecordBytes]);
        return Parallel.ForEachAsync(Enumerable.Range(0, generations), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (_, stop) =>
        {
            BlobClient blob = container.GetBlobClient(Guid.NewGuid().ToString("N"));
            for (int i = 0; i < Writes; i++)
                await blob.UploadAsync(record, new BlobUploadOptions(), stop);
            for (int i = 0; i < Reads; i++)
                await blob.DownloadContentAsync(stop);
            await blob.UploadAsync(video, new BlobUploadOptions(), stop);
            await blob.DeleteAsync(cancellationToken: stop);
        });
    }
}

/// <summary>What the SDK alone allows, as its process saw it.</summary>
/// <param name="PerSecond">Generations per second, if they were nothing but their storage requests.</param>
/// <param name="CpuMs">Processor time of the client's side for the requests of one generation.</param>
internal sealed record SdkMeasurement(double PerSecond, double CpuMs);

/// <summary>What a storage and the SDK alone allow.</summary>
/// <param name="Storage">Which.</param>
/// <param name="PerSecond">Generations per second, if they were nothing but their storage requests.</param>
/// <param name="CpuMs">Processor time of the client's side for the requests of one generation.</param>
/// <param name="StorageCpuMs">That of the emulator.</param>
internal sealed record SdkLimit(string Storage, double PerSecond, double CpuMs, double StorageCpuMs);
