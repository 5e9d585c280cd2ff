using System.CommandLine;
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

    public static Command Build()
    {
        Option<CopyVariant> variant = new("--variant") { Required = true };
        Option<string> source = new("--source") { Required = true };
        Option<string> storage = new("--storage") { Required = true };
        Option<long> bytes = new("--bytes") { Required = true };
        Option<int> copies = new("--copies") { Required = true };
        Option<int> warmups = new("--warmups") { Required = true };
        Command command = new("copy-once", "Measures one variant in this process.") { variant, source, storage, bytes, copies, warmups };
        command.Hidden = true;
        command.SetAction(async parsed =>
        {
            CopySample sample = await MeasureAsync(
                parsed.GetValue(variant), parsed.GetValue(source)!, parsed.GetValue(storage)!, parsed.GetValue(bytes), parsed.GetValue(copies), parsed.GetValue(warmups));
            Console.WriteLine(JsonSerializer.Serialize(sample, CopyJson.Default.CopySample));
            return 0;
        });
        return command;
    }

    private static async Task<CopySample> MeasureAsync(CopyVariant variant, string source, string storage, long bytes, int copies, int warmups)
    {
        TimeProvider time = TimeProvider.System;
        await using ServiceProvider services = Services(storage);
        Func<long, Task> copy = Copy(variant, source, storage, services);
        // What is loaded by then is the process, not the copy; small ones leave the buffers of large ones unallocated.
        for (int i = 0; i < 3; i++)
            await copy(SmallestVideo);
        GC.Collect();
        Machine.ResetPeak();
        long before = Machine.Resident();
        // Compiled code is for every copy of the process: time is taken when it is there.
        for (int i = 0; i < warmups; i++)
            await copy(Math.Min(bytes, LargestWarmup));
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

    private static Func<long, Task> Copy(CopyVariant variant, string source, string storage, ServiceProvider services)
    {
        EvolinkOptions options = services.GetRequiredService<IOptions<EvolinkOptions>>().Value;
        HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        BlobContainerClient container = new(storage, "videos");
        RawTransfer Raw(bool get, bool put, long bytes) => new(
            http, get ? $"{source}{bytes}/video.mp4" : null, put ? container.GetBlobClient(JobId.New().Value).Uri : null, options.CopyBlockBytes, options.CopyBlocksInFlight);

        return variant switch
        {
            CopyVariant.Evolink => bytes => CopyAsync(services.GetRequiredService<VideoCopier>(), $"{source}{bytes}/video.mp4"),
            CopyVariant.Sdk => bytes => UploadAsync(http, container, $"{source}{bytes}/video.mp4"),
            CopyVariant.Relay => bytes => Raw(get: true, put: true, bytes).RunAsync(bytes),
            CopyVariant.Get => bytes => Raw(get: true, put: false, bytes).RunAsync(bytes),
            CopyVariant.Put => bytes => Raw(get: false, put: true, bytes).RunAsync(bytes),
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
        return copier.CopyAsync(link, job, attempt, CancellationToken.None);
    }

    private static async Task UploadAsync(HttpClient http, BlobContainerClient container, string link)
    {
        using HttpResponseMessage response = await http.GetAsync(new Uri(link), HttpCompletionOption.ResponseHeadersRead);
        await using Stream body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        await container.GetBlobClient(JobId.New().Value).UploadAsync(body, overwrite: true);
    }

    private static ServiceProvider Services(string storage)
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IHostEnvironment>(new DevelopmentEnvironment());
        services.AddEvolinkPipeline(new ConfigurationBuilder().Build());
        services.Configure<EvolinkOptions>(options =>
        {
            options.AllowLoopback = true;
            options.MaxVideoBytes = 64L << 30;
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
