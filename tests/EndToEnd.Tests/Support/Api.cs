using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Evolink.Pipeline.Generations;

namespace EndToEnd.Tests.Support;

/// <summary>The app's HTTP API as a client writes it by hand: JSON as text, nothing of ours in between.</summary>
internal static class Api
{
    public const string Image = "https://example.com/cat.png";

    public static string SamplePath => Path.Combine(AppContext.BaseDirectory, "samples", "cat.png");

    public static string Body(string prompt = "A cat playing piano", string image = Image, string more = "") =>
        $$"""{"model":"wan2.6-image-to-video","prompt":{{JsonSerializer.Serialize(prompt)}},"image_urls":["{{image}}"],"duration":2{{more}}}""";

    public static async Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, string json, string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    public static Task<HttpResponseMessage> GenerateAsync(this HttpClient client, string? json = null, string? key = null) =>
        client.PostAsync("v1/videos/generations", json ?? Body(), key);

    /// <summary>Starts a generation and returns its job.</summary>
    public static async Task<JobId> StartAsync(this HttpClient client, string? json = null, string? key = null)
    {
        using HttpResponseMessage response = await client.GenerateAsync(json, key);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return JobId.Parse((await response.JsonAsync()).GetProperty("id").GetString()!);
    }

    /// <summary>Uploads the sample image and returns its link.</summary>
    public static async Task<string> UploadSampleAsync(this HttpClient client)
    {
        using ByteArrayContent image = new(await File.ReadAllBytesAsync(SamplePath));
        using HttpResponseMessage response = await client.PostAsync("v1/images", image);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.JsonAsync()).GetProperty("url").GetString()!;
    }

    public static async Task<JsonElement> TaskAsync(this HttpClient client, JobId id) => await client.GetFromJsonAsync<JsonElement>($"v1/tasks/{id}");

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) => await response.Content.ReadFromJsonAsync<JsonElement>();

    /// <summary>Checks that an answer is an error in Evolink's envelope.</summary>
    public static async Task<JsonElement> AssertErrorAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
        JsonElement error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        return error;
    }
}
