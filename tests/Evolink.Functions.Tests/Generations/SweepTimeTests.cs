using System.Text;
using System.Text.Json;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.Functions.Tests.Generations;

/// <summary>Measures sweeps over very many jobs. Run it with <c>-- xUnit.Explicit=only</c>.</summary>
[Collection(nameof(StorageCollection))]
public sealed class SweepTimeTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Count = 100_000;
    private const string Hub = "evolink";

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(15);
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact(Explicit = true)]
    public async Task How_long_sweeps_over_100000_active_jobs_take_where_storage_and_engine_answer_after_15_ms()
    {
        await using StoredApp real = await StoredApp.StartAsync(azurite);
        JobRecord one = await real.StartAsync(StoredJobs.Wanted("swept"));
        JobRecord held = one with { Hub = Hub, State = JobState.Parked, SubmitSlot = one.AcceptedAt + TimeSpan.FromDays(1) };
        string record = Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(held, PipelineJsonContext.Default.JobRecord));
        JobId[] jobs = [.. Enumerable.Range(0, Count).Select(_ => JobId.New())];
        SlowStorage storage = new(jobs, id => Encoding.UTF8.GetBytes(record.Replace(one.Id.Value, id.Value, StringComparison.Ordinal)), Latency);
        await using StoredApp app = await StoredApp.StartAsync(
            azurite, options => options.Hub = Hub, services => services.AddSingleton<OutgoingHttp>(storage), createContainers: false);
        NotedDurable durable = new() { Latency = Latency };
        Clock clock = new();
        GenerationSweep sweep = ActivatorUtilities.CreateInstance<GenerationSweep>(app.Services, clock);

        int all = 0;
        while (all < Count)
            all += await RunAsync("every job is due, as after an outage");
        Assert.Equal(0, await RunAsync("no job is due"));
        for (int minute = 1; minute <= 3; minute++)
        {
            clock.By = TimeSpan.FromHours(1) + TimeSpan.FromMinutes(minute * 20);
            await RunAsync($"{clock.By.TotalMinutes:0} minutes later");
        }

        async Task<int> RunAsync(string when)
        {
            durable.Running[NotedDurable.Everything] = clock.GetUtcNow();
            int before = storage.Requests;
            long started = TimeProvider.System.GetTimestamp();
            int looked = await sweep.RunAsync(durable, None);
            output.WriteLine($"{when}: {looked:N0} looked at in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s, {storage.Requests - before:N0} requests to storage");
            return looked;
        }
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromMinutes(30) + By;
    }
}
