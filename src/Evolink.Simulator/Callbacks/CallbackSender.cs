namespace Evolink.Simulator;

/// <summary>
/// Sends callbacks as the contract says: 10 s time-out, three retries after 1, 2 and 4 s, any 2xx is success, redirects are not followed.
/// </summary>
internal sealed class CallbackSender(SimulatorOptions options, Ledger ledger) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan[] RetryDelays = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    private readonly HttpClient http = SimulatorHttp.Create(options.AllowLoopback, followRedirects: false);

    /// <summary>Sends all of them, those with a lower order first.</summary>
    public async Task SendAsync(string taskId, IEnumerable<PlannedCallback> callbacks, CancellationToken cancellationToken)
    {
        foreach (IGrouping<int, PlannedCallback> turn in callbacks.GroupBy(callback => callback.Order).OrderBy(turn => turn.Key))
        {
            await Task.WhenAll(turn
                .SelectMany(callback => Enumerable.Repeat(callback, callback.Copies))
                .Select(callback => SendAsync(taskId, callback, cancellationToken)));
        }
    }

    /// <summary>Sends all copies of one callback, without retries.</summary>
    public async Task<IReadOnlyList<CallbackDelivery>> SendOnceAsync(string taskId, PlannedCallback callback, CancellationToken cancellationToken)
    {
        CallbackDelivery[] deliveries = await Task.WhenAll(
            Enumerable.Range(0, callback.Copies).Select(_ => TryAsync(callback, attempt: 1, cancellationToken)));
        foreach (CallbackDelivery delivery in deliveries)
            ledger.Record(new JournalEntry.CallbackSent(taskId, delivery));
        return deliveries;
    }

    private async Task SendAsync(string taskId, PlannedCallback callback, CancellationToken cancellationToken)
    {
        if (callback.Delay > TimeSpan.Zero)
            await Task.Delay(callback.Delay, options.TimeProvider, cancellationToken);
        for (int attempt = 1; ; attempt++)
        {
            CallbackDelivery delivery = await TryAsync(callback, attempt, cancellationToken);
            ledger.Record(new JournalEntry.CallbackSent(taskId, delivery));
            if (delivery.Status is >= 200 and < 300 || !callback.Retries || attempt > RetryDelays.Length)
                return;
            await Task.Delay(RetryDelays[attempt - 1], options.TimeProvider, cancellationToken);
        }
    }

    private async Task<CallbackDelivery> TryAsync(PlannedCallback callback, int attempt, CancellationToken cancellationToken)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        using var timeout = new CancellationTokenSource(Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, SimulatorHttp.Exact(callback.Url)) { Content = callback.Body() };
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new CallbackDelivery(now, callback.What, attempt, (int)response.StatusCode, Error: null);
        }
        catch (HttpRequestException exception)
        {
            return new CallbackDelivery(now, callback.What, attempt, Status: null, exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new CallbackDelivery(now, callback.What, attempt, Status: null, "No answer within 10 s.");
        }
    }

    public void Dispose() => http.Dispose();
}
