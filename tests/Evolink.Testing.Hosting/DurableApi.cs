using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Evolink.Testing.Hosting;

/// <summary>Durable's own HTTP API, as its extension serves it.</summary>
public sealed class DurableApi(Uri app)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly HttpClient Http = new();

    private readonly Uri _instances = new(app, "runtime/webhooks/durabletask/instances/");

    /// <summary>What Durable says of an instance; null where there is none. <c>runtimeStatus</c>, <c>input</c>, <c>customStatus</c>, <c>output</c>, <c>historyEvents</c>.</summary>
    public async Task<JsonElement?> FindAsync(string instanceId, bool history = false)
    {
        using HttpResponseMessage response = await Http.GetAsync(new Uri(_instances, $"{instanceId}?showHistory={history}&showHistoryOutput={history}"));
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task RaiseEventAsync(string instanceId, string name)
    {
        using HttpResponseMessage response = await Http.PostAsJsonAsync(new Uri(_instances, $"{instanceId}/raiseEvent/{name}"), (object?)null);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Ends an instance, and waits until it has ended.</summary>
    public async Task TerminateAsync(string instanceId)
    {
        using HttpResponseMessage response = await Http.PostAsync(new Uri(_instances, $"{instanceId}/terminate?reason=test"), null);
        response.EnsureSuccessStatusCode();
        await EndOfAsync(instanceId);
    }

    /// <summary>Waits until an instance has ended; its status.</summary>
    public async Task<string> EndOfAsync(string instanceId)
    {
        while (true)
        {
            string? status = (await FindAsync(instanceId))?.GetProperty("runtimeStatus").GetString();
            if (status is not (null or "Pending" or "Running" or "Suspended"))
                return status;
            await Task.Delay(Look, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async Task PurgeAsync(string instanceId)
    {
        using HttpResponseMessage response = await Http.DeleteAsync(new Uri(_instances, instanceId));
        response.EnsureSuccessStatusCode();
    }
}
