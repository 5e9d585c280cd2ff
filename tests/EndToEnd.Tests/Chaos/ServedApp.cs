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

/// <summary>What `serve` says of itself: app, simulator and storage.</summary>
internal sealed record ServedApp(HttpClient App, Uri Simulator, EvolinkStorage Storage)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly HttpClient Http = new();

    public static async Task<ServedApp> AtAsync(CliProcess serve, string data)
    {
        string[] lines = [await serve.ReadLineAsync(), await serve.ReadLineAsync(), await serve.ReadLineAsync(), await serve.ReadLineAsync()];
        Uri[] addresses = [.. lines[1].Split(' ', '(', ')', ';').Where(word => word.StartsWith("http://", StringComparison.Ordinal)).Select(word => new Uri(word.TrimEnd('.')))];
        HttpClient app = new()
        {
            BaseAddress = addresses[0],
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", LocalKeys.Read(data)!.Client) },
        };
        EvolinkOptions options = new() { Storage = { ConnectionString = lines[3].Split('"')[1] } };
        return new ServedApp(app, addresses[1], new EvolinkStorage(Options.Create(options), new OutgoingHttp()));
    }

    public async Task<JobId[]> PostAsync(string prompt, int count)
    {
        string image = await App.UploadSampleAsync();
        return await Task.WhenAll(Enumerable.Range(0, count).Select(_ => App.StartAsync(Api.Body(prompt, image))));
    }

    public async Task OrderAsync(string prompt, int submits, string script)
    {
        using StringContent order = new($$"""{"prompt_contains":"{{prompt}}","submits":{{submits}},"script":{{script}}}""", null, "application/json");
        using HttpResponseMessage response = await Http.PostAsync(new Uri(Simulator, "_simulator/faults"), order);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> LedgerAsync() => await Http.GetFromJsonAsync<JsonElement>(new Uri(Simulator, "_simulator/ledger?videos=false"));

    /// <summary>Checks that all are completed, and that Evolink has charged each of them once, and nothing else.</summary>
    public async Task AssertCompletedAndPaidOnceAsync(Dictionary<JobId, JobRecord> jobs)
    {
        Assert.All(jobs.Values, job => Assert.True(job.State == JobState.Completed, $"{job.Id} is {job.State}: {job.Error}"));
        JsonElement[] charges = [.. (await LedgerAsync()).GetProperty("charges").EnumerateArray()];
        Assert.Equal(
            jobs.Keys.Select(job => $"{job}.1").Order(StringComparer.Ordinal),
            charges.Select(charge => charge.GetProperty("idempotency_key").GetString()!).Order(StringComparer.Ordinal));
    }

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

    /// <summary>Waits until the result of every task has been asked for so often.</summary>
    public async Task UntilDownloadedAsync(int times)
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        while ((await LedgerAsync()).GetProperty("tasks").EnumerateArray().Any(task => task.GetProperty("downloads").GetInt32() < times))
            await Task.Delay(Look, TimeProvider.System, patience.Token);
    }

    /// <summary>A port that an app can have in each of its lives: callbacks must find it again.</summary>
    public static string FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
