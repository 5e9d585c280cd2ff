using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Settings that are not there yet: the app runs, and says so.</summary>
public sealed class UnreadyTests(Apps apps)
{
    [Fact]
    public async Task A_missing_api_key_is_told_and_nothing_is_accepted_and_without_client_keys_every_call_is_401()
    {
        await using TestApp app = await TestApp.StartAsync(
            apps.Azurite, new TestAppOptions { Simulator = Apps.Instant, Settings = new Dictionary<string, string?> { ["Evolink:ApiKey"] = null } });
        using (HttpClient client = app.Client())
        {
            using HttpResponseMessage response = await client.GenerateAsync();
            JsonElement error = await response.AssertErrorAsync(HttpStatusCode.ServiceUnavailable, "service_not_configured");
            Assert.Contains("Evolink:ApiKey", error.GetProperty("message").GetString(), StringComparison.Ordinal);
            JsonElement health = await (await client.GetAsync("healthz")).JsonAsync();
            Assert.Equal("degraded", health.GetProperty("status").GetString());
            Assert.Equal("Evolink:ApiKey", health.GetProperty("missing")[0].GetString());
        }

        await app.StopHostAsync();
        await app.StartHostWithoutKeysAsync();
        using HttpClient anybody = app.Client(string.Empty);
        using HttpResponseMessage refused = await anybody.GenerateAsync();
        await refused.AssertErrorAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }
}
