using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>An app whose submits are held back for everybody now and then.</summary>
public sealed class GateApp(Apps apps) : AppFixture(apps, new TestAppOptions
{
    Simulator = Apps.Instant,
    // Nobody goes to example.com: neither for the image, nor, while the secret is not there, to call.
    Settings = new Dictionary<string, string?> { ["Evolink:Webhooks:Secrets:alice:0"] = "@Microsoft.KeyVault(SecretUri=https://example.com)" },
});

/// <summary>The tests that share it, one after the other.</summary>
[CollectionDefinition(nameof(GateCollection))]
public sealed class GateCollection : ICollectionFixture<GateApp>;

/// <summary>An operator holds submits back, and lets them go.</summary>
[Collection(nameof(GateCollection))]
public sealed class GateTests(GateApp gate) : AppTests(gate.App)
{
    [Fact]
    public async Task While_an_operator_holds_submits_back_jobs_wait_and_health_says_so_and_they_go_on_afterwards()
    {
        using HttpClient anybody = App.Client(key: null);
        using HttpClient operators = App.Client(TestApp.OperatorKey);
        using HttpResponseMessage refused = await Client.PostAsync("v1/submits/pause", string.Empty);
        await refused.AssertErrorAsync(HttpStatusCode.Forbidden, "permission_denied");
        using HttpResponseMessage paused = await operators.PostAsync("v1/submits/pause", string.Empty);
        Assert.Equal("stopped", (await paused.JsonAsync()).GetProperty("state").GetString());

        JobId id = await StartAsync();
        JobId cancelled = await StartAsync();
        JsonElement health;
        do
        {
            // It is at most ten seconds old.
            health = await anybody.GetFromJsonAsync<JsonElement>("healthz/ready");
        }
        while (health.GetProperty("status").GetString() != "degraded");
        Assert.Equal("stopped", health.GetProperty("submits").GetProperty("state").GetString());
        Assert.All(["storage", "engine", "evolink"], name => Assert.True(health.GetProperty("checks").GetProperty(name).GetProperty("latency_ms").GetInt64() >= 0));
        Assert.False(health.TryGetProperty("credits", out _));
        Assert.True((await operators.GetFromJsonAsync<JsonElement>("healthz")).GetProperty("credits").GetProperty("remaining").GetDecimal() > 0);
        Assert.Equal("ok", (await anybody.GetFromJsonAsync<JsonElement>("healthz/live")).GetProperty("status").GetString());

        // Before the submit a cancel costs nothing.
        using HttpResponseMessage cancel = await Client.PostAsync($"v1/tasks/{cancelled}/cancel", string.Empty);
        Assert.Equal(JobState.Cancelled, (await App.EndOfAsync(cancelled)).State);
        Assert.Empty((await LedgerAsync(id, cancelled)).Submits);

        using HttpResponseMessage resumed = await operators.PostAsync("v1/submits/resume", string.Empty);
        Assert.Equal("open", (await resumed.JsonAsync()).GetProperty("state").GetString());
        // What was held back is let go by the next look; the wake brings it forward.
        await App.Durable.RaiseEventAsync(id.Value, "Wake");
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id, cancelled)).Charges);
    }
}
