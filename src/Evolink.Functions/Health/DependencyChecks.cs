using Azure;
using Evolink.Client;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Health;

/// <summary>Asks the dependencies whether they are there; at most once in a while, whoever asks how often.</summary>
public sealed class DependencyChecks(EvolinkStorage storage, EvolinkClient evolink, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _running = new(1, 1);
    private HealthReport? _last;
    private long _lastAt;

    /// <summary>The report, at most ten seconds old.</summary>
    public async Task<HealthReport> RunAsync(CancellationToken cancellationToken)
    {
        await _running.WaitAsync(cancellationToken);
        try
        {
            if (_last is null || time.GetElapsedTime(_lastAt) > KeptFor)
                (_last, _lastAt) = (await AskAsync(cancellationToken), time.GetTimestamp());
            return _last;
        }
        finally
        {
            _running.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _running.Dispose();

    private async Task<HealthReport> AskAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> missing = EvolinkReadiness.Missing(options.Value);
        Task<DependencyHealth> blobs = TimedAsync(token => storage.Generations.ExistsAsync(token), cancellationToken);
        Task<DependencyHealth> api = EvolinkReadiness.IsResolved(options.Value.ApiKey)
            ? TimedAsync(evolink.GetCreditsAsync, cancellationToken)
            : Task.FromResult(new DependencyHealth(false, 0, "Evolink:ApiKey is missing."));
        Dictionary<string, DependencyHealth> checks = new(StringComparer.Ordinal) { ["storage"] = await blobs, ["evolink"] = await api };
        string status = !checks["storage"].Ok ? "unhealthy" : missing.Count > 0 || !checks["evolink"].Ok ? "degraded" : "ok";
        return new HealthReport(status, checks, missing.Count > 0 ? missing : null);
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
