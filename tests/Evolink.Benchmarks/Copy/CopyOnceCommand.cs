using System.CommandLine;
using System.Runtime;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Videos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Evolink.Benchmarks.Copy;

/// <summary>One variant in a process of its own, so that memory and processor time are its own; started by <see cref="CopyCommand"/>.</summary>
internal static class CopyOnceCommand
{
    private const int SmallestVideo = 64 * 1024;
    private const long LargestWarmup = 64L << 20;

    private const int MostWarmups = 12;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan StillCompiling = TimeSpan.FromMilliseconds(10);

    public static Command Build()
    {
        Option<CopyVariant> variant = new("--variant") { Required = true };
        Option<string> source = new("--source") { Required = true };
        Option<string> storage = new("--storage") { Required = true };
        Option<long> bytes = new("--bytes") { Required = true };
        Option<int> copies = new("--copies") { Required = true };
        Option<int> warmups = new("--warmups") { Required = true };
        Option<int> block = new("--block");
        Option<int> inFlight = new("--in-flight");
        Command command = new("copy-once", "Measures one variant in this process.") { variant, source, storage, bytes, copies, warmups, block, inFlight };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            await using ServiceProvider services = Services(parsed.GetValue(storage)!, parsed.GetValue(block), parsed.GetValue(inFlight));
            Func<long, Task> copy = Copy(parsed.GetValue(variant), parsed.GetValue(source)!, parsed.GetValue(storage)!, services);
            CopySample sample = await MeasureAsync(copy, parsed.GetValue(bytes), parsed.GetValue(copies), parsed.GetValue(warmups));
            Console.WriteLine(JsonSerializer.Serialize(sample, CopyJson.Default.CopySample));
            return 0;
        });
        return command;
    }

    private static async Task<CopySample> MeasureAsync(Func<long, Task> copy, long bytes, int copies, int warmups)
    {
        TimeProvider time = TimeProvider.System;
        // What is loaded by then is the process, not the copy; small ones leave the buffers of large ones unallocated.
        for (int i = 0; i < 3; i++)
            await copy(SmallestVideo);
        GC.Collect();
        Machine.ResetPeak();
        long before = Machine.Resident();
        await WarmUpAsync(copy, Math.Min(bytes, LargestWarmup), warmups, time);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        List<double> seconds = [];
        for (int i = 0; i < copies; i++)
        {
            long started = time.GetTimestamp();
            await copy(bytes);
            seconds.Add(time.GetElapsedTime(started).TotalSeconds);
        }

        long peak = Machine.Peak();
        return new CopySample([.. seconds], (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, peak, peak - before);
    }

    // The runtime compiles what has become hot in the background, on the processors that the copy needs; once, for every copy of the process.
    // Time is taken when it has nothing left to compile.
    private static async Task WarmUpAsync(Func<long, Task> copy, long bytes, int copies, TimeProvider time)
    {
        TimeSpan before;
        int round = 0;
        do
        {
            before = JitInfo.GetCompilationTime();
            for (int i = 0; i < copies; i++)
                await copy(bytes);
            await Task.Delay(Settling, time);
        }
        while (++round < MostWarmups && JitInfo.GetCompilationTime() - before > StillCompiling);
    }

    private static Func<long, Task> Copy(CopyVariant variant, string source, string storage, ServiceProvider services)
    {
        EvolinkOptions options = services.GetRequiredService<IOptions<EvolinkOptions>>().Value;
        HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        BlobContainerClient container = new(storage, "videos");
        RawTransfer Raw(bool get, bool put, IncrementalHash? hash, long bytes) => new(
            http, get ? $"{source}{bytes}/video.mp4" : null, put ? container.GetBlobClient(JobId.New().Value).Uri : null, hash, options.CopyBlockBytes, options.CopyBlocksInFlight);

        return variant switch
        {
            CopyVariant.Evolink => bytes => CopyAsync(services.GetRequiredService<VideoCopier>(), $"{source}{bytes}/video.mp4"),
            CopyVariant.Sdk => bytes => UploadAsync(http, container, $"{source}{bytes}/video.mp4"),
            CopyVariant.Relay => bytes => Raw(get: true, put: true, null, bytes).RunAsync(bytes),
            CopyVariant.Hashed => async bytes =>
            {
                using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                await Raw(get: true, put: true, hash, bytes).RunAsync(bytes);
            }
            ,
            CopyVariant.Get => bytes => Raw(get: true, put: false, null, bytes).RunAsync(bytes),
            CopyVariant.Put => bytes => Raw(get: false, put: true, null, bytes).RunAsync(bytes),
            CopyVariant.Hash => bytes => HashAsync(bytes, options.CopyBlockBytes),
            _ => throw new InvalidOperationException($"{variant} is a program of its own."),
        };
    }

    private static Task<SavedVideo> CopyAsync(VideoCopier copier, string link)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        JobRecord job = new()
        {
            Id = JobId.New(),
            Client = "benchmark",
            Hub = "benchmark",
            Source = "http",
            RequestDigest = "",
            Model = "wan2.6-image-to-video",
            AcceptedAt = now,
            UpdatedAt = now,
        };
        Attempt attempt = new()
        {
            Number = 1,
            State = AttemptState.Accepted,
            TaskId = "task-benchmark",
            FirstIntentAt = now,
            IntentAt = now,
            Owner = "benchmark",
            LeaseUntil = now,
            Intent = new SubmitIntent("", "", null, null),
        };
        return copier.CopyAsync([link], job, attempt, CancellationToken.None);
    }

    private static async Task UploadAsync(HttpClient http, BlobContainerClient container, string link)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri(link), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        await container.GetBlobClient(JobId.New().Value).UploadAsync(body, overwrite: true);
    }

    private static Task<byte[]> HashAsync(long bytes, int blockSize)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[blockSize];
        for (long hashed = 0; hashed < bytes; hashed += blockSize)
            hash.AppendData(block, 0, (int)Math.Min(blockSize, bytes - hashed));
        return Task.FromResult(hash.GetHashAndReset());
    }

    private static ServiceProvider Services(string storage, int blockBytes, int inFlight)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IHostEnvironment>(new DevelopmentEnvironment());
        services.AddEvolinkPipeline(new ConfigurationBuilder().Build());
        services.Configure<EvolinkOptions>(options =>
        {
            options.AllowLoopback = true;
            options.MaxVideoBytes = 64L << 30;
            options.CopyBlockBytes = blockBytes > 0 ? blockBytes : options.CopyBlockBytes;
            options.CopyBlocksInFlight = inFlight > 0 ? inFlight : options.CopyBlocksInFlight;
            options.Storage.ConnectionString = storage;
        });
        return services.BuildServiceProvider();
    }

    private sealed class DevelopmentEnvironment : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Development;

        public string ApplicationName { get; set; } = "benchmarks";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
