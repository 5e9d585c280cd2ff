using System.Collections.Concurrent;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// The client of a campaign. It does what a careful client does: one idempotency key for each generation, and the same request again until
/// there is an answer.
/// </summary>
internal sealed class ChaosClient : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private readonly HttpClient _http = new() { Timeout = AnswerTimeout };
    private readonly EvolinkAppClient _app;
    private readonly int _seed;

    // Without retries: some clients give up, and what no answer may be is counted here.
    public ChaosClient(Uri app, int seed) => (_app, _seed) = (new EvolinkAppClient(_http, Options(app)), seed);

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
        async () =>
        {
            EvolinkAppTask task = await _app.StartAsync(Request(number), $"chaos-{_seed}-{number}", cancellationToken);
            string job = Jobs.GetOrAdd(number, task.Id);
            if (job != task.Id)
                Surprises.Enqueue($"Generation {number} was answered as {task.Id}, and before as {job}.");
        },
        $"Generation {number}",
        givesUp,
        cancellationToken);

    /// <summary>Cancels a generation that was answered, and says so again until that is answered.</summary>
    public async Task CancelAsync(int number, TimeSpan after, CancellationToken cancellationToken)
    {
        await Task.Delay(after, TimeProvider.System, cancellationToken);
        string job = Jobs[number];
        Cancelled[job] = true;
        await UntilAnsweredAsync(() => _app.CancelTaskAsync(job, cancellationToken), $"The cancel of {job}", false, cancellationToken);
    }

    private async Task UntilAnsweredAsync(Func<Task> call, string what, bool givesUp, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await call();
                return;
            }
            catch (EvolinkException refused) when (refused.StatusCode is { } status and not (>= 500 or 429))
            {
                Surprises.Enqueue($"{what} was refused: {status} {refused.Code}: {refused.Message}");
                return;
            }
            catch (Exception e) when (e is EvolinkException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The host was killed, or takes too long: nobody knows what it has done.
            }

            if (givesUp)
                return;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static EvolinkAppClientOptions Options(Uri app) =>
        new() { BaseUrl = app, ApiKey = ChaosSettings.ClientKey, MaxRetries = 0, Timeout = AnswerTimeout };

    private static VideoGenerationRequest Request(int number) => new()
    {
        Prompt = $"Generation {number} of a campaign",
        ImageUrls = ["https://example.com/cat.png"],
        Duration = 2 + (number % 4),
    };
}
