using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// The client of a campaign. It does what a careful client does: one idempotency key for each generation, and the same request again until
/// there is an answer.
/// </summary>
internal sealed class ChaosClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http;
    private readonly int _seed;

    public ChaosClient(Uri app, int seed)
    {
        _seed = seed;
        _http = new HttpClient
        {
            BaseAddress = app,
            Timeout = AnswerTimeout,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", ChaosSettings.ClientKey) },
        };
    }

    /// <summary>The answers so far: number of the generation, id of its job.</summary>
    public ConcurrentDictionary<int, string> Jobs { get; } = new();

    /// <summary>The jobs that were cancelled, whatever came of it.</summary>
    public ConcurrentDictionary<string, bool> Cancelled { get; } = new();

    /// <summary>What no answer may be: a refusal, or another job for the same key.</summary>
    public ConcurrentQueue<string> Surprises { get; } = new();

    public void Dispose() => _http.Dispose();

    /// <summary>Posts a generation until it is answered.</summary>
    /// <param name="number">Which.</param>
    /// <param name="givesUp">Whether the client is gone for good when the connection breaks: whether there is a job then, nobody was told.</param>
    /// <param name="cancellationToken">Stops.</param>
    public Task PostAsync(int number, bool givesUp, CancellationToken cancellationToken) => UntilAnsweredAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "v1/videos/generations") { Headers = { { "Idempotency-Key", $"chaos-{_seed}-{number}" } }, Content = Body(number) },
        $"Generation {number}",
        async response =>
        {
            PostedTask? task = JsonSerializer.Deserialize(await response.Content.ReadAsStreamAsync(cancellationToken), ChaosJson.Default.PostedTask);
            string job = Jobs.GetOrAdd(number, task?.Id ?? "");
            if (job != task?.Id)
                Surprises.Enqueue($"Generation {number} was answered as {task?.Id}, and before as {job}.");
        },
        givesUp,
        cancellationToken);

    /// <summary>Cancels a generation that was answered, and says so again until that is answered.</summary>
    public async Task CancelAsync(int number, TimeSpan after, CancellationToken cancellationToken)
    {
        await Task.Delay(after, TimeProvider.System, cancellationToken);
        string job = Jobs[number];
        Cancelled[job] = true;
        await UntilAnsweredAsync(
            () => new HttpRequestMessage(HttpMethod.Post, $"v1/tasks/{job}/cancel"), $"The cancel of {job}", _ => Task.CompletedTask, givesUp: false, cancellationToken);
    }

    private async Task UntilAnsweredAsync(
        Func<HttpRequestMessage> make, string what, Func<HttpResponseMessage, Task> answered, bool givesUp, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using HttpRequestMessage request = make();
                using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
                bool later = response.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests;
                if (response.IsSuccessStatusCode)
                    await answered(response);
                else if (!later)
                    Surprises.Enqueue($"{what} was refused: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
                if (!later)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The host was killed, or takes too long: nobody knows what it has done.
            }

            if (givesUp)
                return;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static JsonContent Body(int number) => JsonContent.Create(
        new VideoGenerationRequest
        {
            Model = VideoGenerationRequest.Wan26ImageToVideo,
            Prompt = $"Generation {number} of a campaign",
            ImageUrls = ["https://example.com/cat.png"],
            Duration = 2 + (number % 4),
        },
        EvolinkJsonContext.Default.VideoGenerationRequest);
}
