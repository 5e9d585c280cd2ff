using System.Diagnostics;
using System.Net;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Telemetry;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>A worker that is killed at any write of a job's record, right before it or right behind it: the job is finished, in one trace, and nothing is paid or counted twice.</summary>
public sealed class DyingTests(Apps apps)
{
    // A worker that dies again and again is started again later and later; a host that begins anew knows nothing of that.
    private const int WritesOfOneHost = 3;

    // A submit whose sender died is looked into after seconds, and asked for again under its key.
    private static readonly Dictionary<string, string?> SoonForgotten = new()
    {
        ["Evolink:SubmitTimeout"] = "00:00:05",
        ["Evolink:SubmitLeaseMargin"] = "00:00:02",
        ["Evolink:TrustIdempotencyKey"] = "true",
    };

    [Fact]
    public async Task A_worker_that_dies_at_any_write_of_the_record_costs_neither_the_job_nor_a_second_charge()
    {
        await using Collector collector = await Collector.StartAsync();
        await using StorageProxy storage = await StorageProxy.StartAsync(apps.Azurite);
        Dictionary<string, string?> settings = new(SoonForgotten.Concat(collector.Settings)) { ["Evolink:Storage:ConnectionString"] = storage.ConnectionString };
        await using TestApp app = await TestApp.StartAsync(apps.Azurite, new TestAppOptions { Simulator = Apps.Instant, Settings = settings });
        List<JobRecord> jobs = [];
        for (int write = 1; await DieAsync(app, storage, jobs, write, before: true) && await DieAsync(app, storage, jobs, write, before: false); write++)
        {
            if (write % WritesOfOneHost == 0)
            {
                await app.StopHostAsync();
                await app.StartHostAsync();
            }
        }

        Assert.True(jobs.Count >= 8, $"A record is written more often than {jobs.Count / 2} times.");
        await Collector.UntilAsync(() => collector.Of(jobs[^1].Id.Value).Any(span => span.Name == PipelineTelemetry.FinishActivity));
        Assert.All(jobs, job => AssertOneTrace(collector, job));
        // A worker that dies between a write and its count, or before it has told it, loses the count.
        Assert.InRange(collector.Sum("evolink.generations.accepted"), 1, jobs.Count);
        Assert.InRange(collector.Sum("evolink.generations.ended", ("evolink.state", "completed")), 1, jobs.Count);
        Assert.InRange(collector.Sum("evolink.tasks.ended"), 1, jobs.Count);
        Assert.InRange(collector.Sum("evolink.credits.reserved"), 1, (double)jobs.Sum(job => job.Attempts.Sum(attempt => attempt.CreditsReserved ?? 0)));
        Assert.InRange(collector.Sum("evolink.credits.used"), 1, (double)jobs.Sum(job => job.Attempts.Sum(attempt => attempt.CreditsUsed ?? 0)));
    }

    /// <summary>Lets the worker die at one write of one job, and waits for its video.</summary>
    /// <returns>Whether it came to that write.</returns>
    private static async Task<bool> DieAsync(TestApp app, StorageProxy storage, List<JobRecord> jobs, int write, bool before)
    {
        string key = $"dies-{write}-{before}";
        using Guest client = app.NewGuest();
        Task died = storage.At(write, before, () => Process.GetProcessById(app.Host.WorkerProcessId).Kill());
        JobId id = await PostAsync(client, key);
        JobRecord job = await app.EndOfAsync(id);
        Assert.Equal(JobState.Completed, job.State);
        Assert.Equal(id, await PostAsync(client, key));
        Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges, charge => charge.IdempotencyKey!.StartsWith($"{id}.", StringComparison.Ordinal));
        Assert.Equal("Completed", await app.Durable.EndOfAsync(id.Value));
        jobs.Add(job);
        return died.IsCompleted;
    }

    // Who asked may never hear of it, and asks again.
    private static async Task<JobId> PostAsync(HttpClient client, string key)
    {
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await client.GenerateAsync(key: key);
                if (response.StatusCode == HttpStatusCode.OK)
                    return JobId.Parse((await response.JsonAsync()).GetProperty("id").GetString()!);
            }
            catch (HttpRequestException)
            {
                // The worker died while it answered.
            }
        }
    }

    private static void AssertOneTrace(Collector collector, JobRecord job)
    {
        Assert.True(ActivityContext.TryParse(job.TraceParent, null, out ActivityContext accepted));
        // Whoever asks again has a trace of his own, which names the job's.
        Assert.All(collector.Of(job.Id.Value), span => Assert.True(
            span.TraceId == accepted.TraceId.ToString() || (span.Name == PipelineTelemetry.AcceptActivity && span.LinkedTraces.Contains(accepted.TraceId.ToString())),
            $"{span.Name} is in another trace."));
    }
}
