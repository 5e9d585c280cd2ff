using Azure;
using Evolink.Client;
using Evolink.Functions.Submits;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Submissions;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Health;

/// <summary>Asks the dependencies whether they are there; at most once in a while, whoever asks how often.</summary>
public sealed class DependencyChecks(EvolinkStorage storage, EvolinkClient evolink, SubmitGate gate, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _running = new(1, 1);
    private HealthReport? _last;
    private long _lastAt;

    /// <summary>The report, at most ten seconds old.</summary>
    /// <param name="durable">The engine.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<HealthReport> RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_lastAt) > KeptFor)
                (_last, _lastAt) = (await AskAsync(durable, cancellationToken), time.GetTimestamp());
            return _last;
        }
        finally
        {
            _running.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _running.Dispose();

    private async Task<HealthReport> AskAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> missing = EvolinkReadiness.Missing(options.Value);
        Task<DependencyHealth> blobs = TimedAsync(token => storage.Generations.ExistsAsync(token), cancellationToken);
        Task<DependencyHealth> engine = TimedAsync(token => durable.GetInstanceAsync("healthz", token), cancellationToken);
        SubmitsHealth? submits = null;
        CreditBalance? credits = null;
        Task<DependencyHealth> submitGate = TimedAsync(async token => submits = SubmitsHealth.Of(await gate.LookAsync(token), time.GetUtcNow()), cancellationToken);
        Task<DependencyHealth> api = EvolinkReadiness.IsResolved(options.Value.ApiKey)
            ? TimedAsync(async token => credits = await evolink.GetCreditsAsync(token), cancellationToken)
            : Task.FromResult(new DependencyHealth(false, 0, "Evolink:ApiKey is missing."));
        Dictionary<string, DependencyHealth> checks = new(StringComparer.Ordinal) { ["storage"] = await blobs, ["engine"] = await engine, ["evolink"] = await api };
        await submitGate;
        bool degraded = missing.Count > 0 || checks.Values.Any(check => !check.Ok) || submits is not { State: SubmitsView.Open };
        string status = !checks["storage"].Ok ? "unhealthy" : degraded ? "degraded" : "ok";
        return new HealthReport(status, checks, missing.Count > 0 ? missing : null, submits, CreditsHealth.Of(credits));
    }

    private async Task<DependencyHealth> TimedAsync(Func<CancellationToken, Task> ask, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await ask(either.Token);
            return new DependencyHealth(true, (long)time.GetElapsedTime(start).TotalMilliseconds, null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            string problem = e switch
            {
                EvolinkException evolinkProblem => $"{evolinkProblem.Code} (HTTP {evolinkProblem.StatusCode?.ToString() ?? "none"})",
                RequestFailedException storageProblem => $"{storageProblem.ErrorCode ?? "no answer"} (HTTP {storageProblem.Status})",
                OperationCanceledException => $"no answer within {Patience.TotalSeconds:0} s",
                _ => e.GetType().Name,
            };
            return new DependencyHealth(false, (long)time.GetElapsedTime(start).TotalMilliseconds, problem);
        }
    }
}
