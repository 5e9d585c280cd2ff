using System.Net.Http.Json;
using System.Text.Json;

namespace EndToEnd.Tests.Support;

/// <summary>Batches as a client writes them by hand.</summary>
internal static class Batches
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>One generation for each of so many images.</summary>
    public static string OfImages(int count, string more = "", string prompt = "A cat playing piano") =>
        $$"""{"template":{"model":"wan2.6-image-to-video","prompt":"{{prompt}}","duration":2},"images":[{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"https://example.com/{i}.png\""))}}]{{more}}}""";

    /// <summary>A list of generations, each as it would be posted alone.</summary>
    public static string OfList(params string[] generations) => $$"""{"generations":[{{string.Join(',', generations)}}]}""";

    public static async Task<JsonElement> BatchAsync(this HttpClient client, string id, string query = "") =>
        await client.GetFromJsonAsync<JsonElement>($"v1/batches/{id}{query}");

    /// <summary>The batch when all of it is over.</summary>
    public static Task<JsonElement> EndOfBatchAsync(this HttpClient client, string id) => client.BatchUntilAsync(id, batch => batch.TryGetProperty("ended_at", out _));

    /// <summary>The batch as soon as it is as wanted.</summary>
    public static async Task<JsonElement> BatchUntilAsync(this HttpClient client, string id, Func<JsonElement, bool> isThere)
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        while (true)
        {
            JsonElement batch = await client.BatchAsync(id);
            if (isThere(batch))
                return batch;
            await Task.Delay(Look, TimeProvider.System, patience.Token);
        }
    }

    /// <summary>How many of its items are in a status.</summary>
    public static int Count(this JsonElement batch, string status) => batch.GetProperty("counts").GetProperty(status).GetInt32();
}
