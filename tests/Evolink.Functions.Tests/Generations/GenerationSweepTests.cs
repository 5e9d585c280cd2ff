using Evolink.Functions.Batches;
using Evolink.Functions.Generations;
using Evolink.Functions.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Evolink.Functions.Tests.Generations;

/// <summary>What the sweep looks at, what it leaves alone, and what never stops it.</summary>
[Collection(nameof(StorageCollection))]
public sealed class GenerationSweepTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Client = "swept";

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private StoredApp _app = null!;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public async ValueTask InitializeAsync()
    {
        _app = await StoredApp.StartAsync(azurite);
        // Other tests' jobs are of other hubs.
        await foreach (ActiveMarker marker in _app.Store.Markers.ListAsync(None))
            await _app.Store.Markers.RemoveAsync(marker, None);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task One_record_that_cannot_be_read_does_not_stop_the_sweep_and_is_told()
    {
        JobRecord spoiled = await StartAsync();
        JobRecord[] others = [await StartAsync(), await StartAsync(), await StartAsync()];
        await _app.SpoilAsync(spoiled.Id);
        NotedDurable lost = new();
        await SweepAsync(Hour, lost);
        Assert.Equal(others.Select(job => job.Id.Value).Order(), lost.Started.Order());
        Assert.Contains(_app.Log.Lines, line => line.Contains("could not be handled", StringComparison.Ordinal) && line.Contains(spoiled.Id.Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_in_a_state_of_a_newer_version_is_left_alone()
    {
        JobRecord job = await StartAsync();
        string json = (await RecordOf(job).DownloadContentAsync()).Value.Content.ToString();
        await RecordOf(job).UploadAsync(BinaryData.FromString(json.Replace("\"state\":\"accepted\"", "\"state\":\"archiving\"", StringComparison.Ordinal)), overwrite: true);
        NotedDurable lost = new();
        await SweepAsync(Hour, lost);
        Assert.Empty(lost.Started);
        Assert.DoesNotContain(_app.Log.Lines, line => line.Contains("could not be handled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_part_that_fails_does_not_stop_the_others_and_the_sweep_does_not_say_that_it_has_finished()
    {
        JobRecord job = await StartAsync();
        NotedDurable lost = new();
        Sweep sweep = new(Sweeping(Hour), _app.Get<BatchSweep>(), _app.Get<QuotaSweep>(), null!, NullLogger<Sweep>.Instance);
        await Assert.ThrowsAsync<AggregateException>(() => sweep.RunAsync(new TimerInfo(), lost, None));
        Assert.Equal([job.Id.Value], lost.Started);
        Sweep whole = ActivatorUtilities.CreateInstance<Sweep>(_app.Services);
        Assert.DoesNotContain(_app.Log.Lines, line => line.Contains("The sweep has finished", StringComparison.Ordinal));
        await whole.RunAsync(new TimerInfo(), lost, None);
        Assert.Contains(_app.Log.Lines, line => line.Contains("The sweep has finished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_was_looked_at_is_not_read_again_before_it_is_due()
    {
        JobRecord job = await StartAsync();
        NotedDurable running = Running(job, Now + Hour);
        GenerationSweep sweep = Sweeping(Hour);
        Assert.Equal(1, await sweep.RunAsync(running, None));
        Assert.Equal(0, await sweep.RunAsync(running, None));
        ActiveMarker marker = (await _app.Store.Markers.FindAsync(job.Id, None))!.Value;
        Assert.Equal(_app.Get<Microsoft.Extensions.Options.IOptions<EvolinkOptions>>().Value.Hub, marker.Hub);
        Assert.True(marker.Due > Now + Hour);
        // It was set an hour before that sweep, and that is its age.
        Assert.True(marker.Since < Now + TimeSpan.FromMinutes(1));
        Assert.Equal(1, await Sweeping(TimeSpan.FromHours(3)).RunAsync(running, None));
    }

    [Fact]
    public async Task Another_apps_job_on_the_same_storage_is_left_to_its_own_sweep()
    {
        JobRecord job = await StartAsync();
        await using StoredApp other = await StoredApp.StartAsync(azurite);
        NotedDurable lost = new();
        GenerationSweep foreign = ActivatorUtilities.CreateInstance<GenerationSweep>(other.Services, new LaterTime(Hour));
        await foreign.RunAsync(lost, None);
        Assert.Equal(0, await foreign.RunAsync(lost, None));
        Assert.Empty(lost.Started);
        await SweepAsync(Hour, lost);
        Assert.Equal([job.Id.Value], lost.Started);
    }

    [Fact]
    public async Task A_run_that_is_there_and_has_not_moved_when_it_should_have_is_woken()
    {
        JobRecord job = await StartAsync();
        NotedDurable stuck = Running(job, Now);
        await SweepAsync(Hour, stuck);
        Assert.Equal([job.Id.Value], stuck.Woken);
        Assert.Empty(stuck.Started);
        Assert.Equal("stalled", (await _app.Store.ReadAsync(job.Id, None)).WaitingFor?.Code);
    }

    [Fact]
    public async Task A_run_that_waits_for_its_time_is_not_woken()
    {
        JobRecord job = await StartAsync();
        await _app.Store.UpdateAsync(job.Id, record => record with { SubmitSlot = Now + TimeSpan.FromHours(2) }, None);
        NotedDurable waiting = Running(job, Now);
        await SweepAsync(Hour, waiting);
        Assert.Empty(waiting.Woken);
        await SweepAsync(TimeSpan.FromHours(4), waiting);
        Assert.Equal([job.Id.Value], waiting.Woken);
    }

    [Fact]
    public async Task A_cancel_whose_wake_was_lost_is_made_good()
    {
        JobRecord job = await StartAsync();
        await _app.Store.UpdateAsync(job.Id, record => record with { SubmitSlot = Now + TimeSpan.FromHours(5) }, None);
        NotedDurable waiting = Running(job, Now);
        await SweepAsync(Hour, waiting);
        Assert.Empty(waiting.Woken);
        // Noted as due in an hour or so; the cancel brings that forward.
        await _app.Store.UpdateAsync(job.Id, record => record.WithCancelRequest(Now), None);
        await _app.Store.Markers.BringForwardAsync(job.Id, Now, None);
        await SweepAsync(Hour + TimeSpan.FromMinutes(1), waiting);
        Assert.Equal([job.Id.Value], waiting.Woken);
    }

    [Fact]
    public async Task What_a_late_delivery_wrote_beside_a_tombstone_is_removed()
    {
        JobRecord job = await StartAsync();
        await _app.Store.RemoveAsync(job, new JobTombstone(job.Id, Client, Now), None);
        await _app.Store.Markers.SetAsync(job.Id, None);
        await _app.Storage.Generations.GetBlobClient($"requests/{job.Id}.json").UploadAsync(BinaryData.FromString("{}"));
        NotedDurable lost = new();
        await SweepAsync(Hour, lost);
        Assert.Empty(lost.Started);
        Assert.Equal([$"records/{job.Id}.json"], await _app.BlobsOfAsync(job.Id.Value));
    }

    [Fact]
    public async Task A_run_whose_time_is_up_goes_on_where_it_stopped()
    {
        JobRecord[] all = [await StartAsync(), await StartAsync(), await StartAsync()];
        // Each look at the clock is a minute later: a run has time for one page.
        GenerationSweep sweep = ActivatorUtilities.CreateInstance<GenerationSweep>(_app.Services, new HastyTime(Hour));
        sweep.PageSize = 1;
        NotedDurable lost = new();
        for (int run = 1; run <= all.Length; run++)
        {
            Assert.Equal(1, await sweep.RunAsync(lost, None));
            Assert.Equal(run, lost.Started.Count);
        }
    }

    private Azure.Storage.Blobs.BlobClient RecordOf(JobRecord job) => _app.Get<EvolinkStorage>().Generations.GetBlobClient($"records/{job.Id}.json");

    private Task<JobRecord> StartAsync() => _app.StartAsync(StoredJobs.Wanted(Client));

    private GenerationSweep Sweeping(TimeSpan later) => ActivatorUtilities.CreateInstance<GenerationSweep>(_app.Services, new LaterTime(later));

    private Task<int> SweepAsync(TimeSpan later, NotedDurable durable) => Sweeping(later).RunAsync(durable, None);

    private static NotedDurable Running(JobRecord job, DateTimeOffset moved)
    {
        NotedDurable durable = new();
        durable.Running[job.Ref.InstanceId] = moved;
        return durable;
    }

    private sealed class HastyTime(TimeSpan by) : TimeProvider
    {
        private TimeSpan _by = by;

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + (_by += TimeSpan.FromMinutes(1));
    }
}
