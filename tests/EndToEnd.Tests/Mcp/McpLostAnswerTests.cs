using System.Diagnostics;
using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests.Mcp;

/// <summary>An assistant that loses the answer of <c>generate_video</c>, wherever the app was at that moment, and calls again with the same id.</summary>
public sealed class McpLostAnswerTests(Apps apps)
{
    // A worker that dies again and again is started again later and later; a host that begins anew knows nothing of that.
    private const int DeathsOfOneHost = 6;

    [Fact]
    public async Task A_worker_that_dies_at_any_write_of_generate_video_costs_neither_the_video_nor_a_second_charge()
    {
        await using StorageProxy storage = await StorageProxy.StartAsync(apps.Azurite);
        await using TestApp app = await TestApp.StartAsync(apps.Azurite, new TestAppOptions
        {
            Simulator = Apps.Instant,
            Settings = new Dictionary<string, string?> { ["Evolink:Storage:ConnectionString"] = storage.ConnectionString },
        });
        using Guest client = app.NewGuest();
        List<JobId> jobs = [];
        int deaths = 0;
        for (int write = 1; await DieAsync(write, before: true) && await DieAsync(write, before: false); write++)
            continue;
        Assert.True(deaths >= 8, $"It died {deaths} times.");
        foreach (JobId id in jobs)
        {
            Assert.Equal(JobState.Completed, (await app.EndOfAsync(id)).State);
            Assert.Single((await app.Simulator.ReadLedgerAsync(withVideos: false)).Charges, charge => charge.IdempotencyKey!.StartsWith($"{id}.", StringComparison.Ordinal));
        }

        // Whether the worker came to that write before it had answered.
        async Task<bool> DieAsync(int write, bool before)
        {
            string key = $"dies-{write}-{before}";
            JobId wanted = JobId.From("http", client.Name, key);
            string body = Assistant.Call("generate_video", new { client_request_id = key, prompt = "A cat", image_urls = new[] { Api.Image }, duration = 2 });
            bool died = false;
            // Request, marker, record and entry in the client's list are named after the job.
            _ = storage.At(write, before, Die, wanted.Value);
            (JobId id, int calls) = await GenerateAsync(client, body);
            bool diedInTime = died;
            _ = storage.At(int.MaxValue, before, () => { });
            Assert.Equal((wanted, wanted), (id, (await GenerateAsync(client, body)).Id));
            jobs.Add(id);
            if (deaths % DeathsOfOneHost == 0 && deaths > 0)
            {
                await app.StopHostAsync();
                await app.StartHostAsync();
            }

            return diedInTime && calls > 1;

            void Die()
            {
                died = true;
                deaths++;
                Process.GetProcessById(app.Host.WorkerProcessId).Kill();
            }
        }
    }

    // As an assistant does: until there is an answer.
    private static async Task<(JobId Id, int Calls)> GenerateAsync(HttpClient client, string body)
    {
        for (int calls = 1; ; calls++)
        {
            try
            {
                using HttpResponseMessage response = await client.SendMcpAsync(body);
                if (response.StatusCode == HttpStatusCode.OK && (await response.JsonAsync()).GetProperty("result") is var result
                    && result.TryGetProperty("structuredContent", out JsonElement video))
                {
                    return (JobId.Parse(video.GetProperty("id").GetString()!), calls);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The worker died while it answered.
            }
        }
    }
}
