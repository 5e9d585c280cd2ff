using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.LocalHost.Chaos;
using Evolink.LocalHost.Data;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.Options;

namespace EndToEnd.Tests.Chaos;

/// <summary>kill -9 of the whole local run, as a user's machine may do it.</summary>
public sealed class KilledLocalHostTests : IDisposable
{
    private const int Each = 5;
    private static readonly TimeSpan LastMustEnd = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // A submit that was cut off is given up after these, not after minutes.
    private static readonly Dictionary<string, string?> Shortened = new()
    {
        ["Evolink__SubmitTimeout"] = "00:00:20",
        ["Evolink__SubmitLeaseMargin"] = "00:00:03",
        ["Evolink__PollFloor"] = "00:00:01",
    };

    private readonly string _data = Directory.CreateTempSubdirectory("evolink-killed-").FullName;
    private readonly string _port = FreePort();

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Thirty_jobs_in_every_phase_survive_a_kill_and_end_within_a_minute_of_the_next_start_each_paid_once()
    {
        JobId[] jobs;
        DateTimeOffset killed;
        using (CliProcess first = Serve())
        {
            Running run = await Running.AtAsync(first, _data);
            jobs = await StartAsync(run);
            killed = TimeProvider.System.GetUtcNow();
            first.Kill();
            await first.ToEndAsync();
        }

        long started = TimeProvider.System.GetTimestamp();
        using (CliProcess second = Serve())
        {
            Running run = await Running.AtAsync(second, _data);
            Dictionary<JobId, JobRecord> ended = await run.UntilAsync(jobs, job => job.State.IsTerminal);
            TimeSpan took = TimeProvider.System.GetElapsedTime(started);

            Assert.Equal(
                [JobState.Accepted, JobState.Submitting, JobState.Parked, JobState.Waiting, JobState.Saving, JobState.Completed],
                ended.Values.Select(job => job.Timeline.Last(change => change.At <= killed).State).Distinct().Order());
            Assert.All(ended.Values, job => Assert.True(job.State == JobState.Completed, $"{job.Id} is {job.State}: {job.Error}"));
            JsonElement[] charges = [.. (await run.LedgerAsync()).GetProperty("charges").EnumerateArray()];
            Assert.Equal(
                jobs.Select(job => $"{job}.1").Order(StringComparer.Ordinal),
                charges.Select(charge => charge.GetProperty("idempotency_key").GetString()!).Order(StringComparer.Ordinal));
            Assert.True(took < LastMustEnd, $"The last job ended {took.TotalSeconds:0} s after the start.");
        }
    }

    // Five in each phase. Those that are refused for now close the gate for all that come after them, which then stay accepted.
    private static async Task<JobId[]> StartAsync(Running run)
    {
        JobId[] completed = await run.PostAsync("completed");
        await run.UntilAsync(completed, job => job.State == JobState.Completed);
        // The record says that a video is being saved when that did not go well at once.
        await run.OrderAsync("saving", """{"results":[{"kind":"refused","status":503,"times":2},{"kind":"slow","bytes_per_second":1000,"times":1}]}""");
        JobId[] saving = await run.PostAsync("saving");
        await run.UntilAsync(saving, job => job.State == JobState.Saving);
        await run.OrderAsync("submitting", """{"submit":{"kind":"slow_answer","seconds":18}}""");
        JobId[] submitting = await run.PostAsync("submitting");
        await run.UntilAsync(submitting, job => job.State == JobState.Submitting);
        JobId[] waiting = await run.PostAsync("waiting");
        await run.UntilAsync(waiting, job => job.State == JobState.Waiting);
        await run.OrderAsync("parked", """{"submit":{"kind":"throttle","seconds":10}}""");
        JobId[] parked = await run.PostAsync("parked");
        while (!(await run.ReadAsync(parked)).Values.Any(job => job.State == JobState.Parked))
            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
        return [.. completed, .. saving, .. submitting, .. waiting, .. parked, .. await run.PostAsync("accepted")];
    }

    private CliProcess Serve() => new(["serve", "--port", _port, "--data", _data, "--simulator-time", "8"], Shortened);

    private static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>What `serve` says of itself: app, simulator and storage.</summary>
    private sealed record Running(HttpClient App, Uri Simulator, EvolinkStorage Storage)
    {
        private static readonly HttpClient Http = new();

        public static async Task<Running> AtAsync(CliProcess serve, string data)
        {
            string[] lines = [await serve.ReadLineAsync(), await serve.ReadLineAsync(), await serve.ReadLineAsync(), await serve.ReadLineAsync()];
            Uri[] addresses = [.. lines[1].Split(' ', '(', ')', ';').Where(word => word.StartsWith("http://", StringComparison.Ordinal)).Select(word => new Uri(word.TrimEnd('.')))];
            HttpClient app = new()
            {
                BaseAddress = addresses[0],
                DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", LocalKeys.Read(data)!.Client) },
            };
            EvolinkOptions options = new() { Storage = { ConnectionString = lines[3].Split('"')[1] } };
            return new Running(app, addresses[1], new EvolinkStorage(Options.Create(options), new OutgoingHttp()));
        }

        public async Task<JobId[]> PostAsync(string prompt)
        {
            string image = await App.UploadSampleAsync();
            return await Task.WhenAll(Enumerable.Range(0, Each).Select(_ => App.StartAsync(Api.Body(prompt, image))));
        }

        public async Task OrderAsync(string prompt, string script)
        {
            using StringContent order = new($$"""{"prompt_contains":"{{prompt}}","submits":{{Each}},"script":{{script}}}""", null, "application/json");
            using HttpResponseMessage response = await Http.PostAsync(new Uri(Simulator, "_simulator/faults"), order);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }

        public async Task<JsonElement> LedgerAsync() => await Http.GetFromJsonAsync<JsonElement>(new Uri(Simulator, "_simulator/ledger?videos=false"));

        public async Task<Dictionary<JobId, JobRecord>> ReadAsync(JobId[] jobs)
        {
            IReadOnlyDictionary<string, JobRecord> records = (await StorageSnapshot.ReadAsync(Storage)).Records;
            return jobs.ToDictionary(job => job, job => records[job.Value]);
        }

        public async Task<Dictionary<JobId, JobRecord>> UntilAsync(JobId[] jobs, Func<JobRecord, bool> isThere)
        {
            using CancellationTokenSource patience = new(Patience, TimeProvider.System);
            while (true)
            {
                Dictionary<JobId, JobRecord> records = await ReadAsync(jobs);
                if (records.Values.All(isThere))
                    return records;
                await Task.Delay(Look, TimeProvider.System, patience.Token);
            }
        }
    }
}
