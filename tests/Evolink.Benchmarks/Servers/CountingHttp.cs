using System.Collections.Concurrent;
using Evolink.Pipeline;

namespace Evolink.Benchmarks.Servers;

/// <summary>Counts what the app sends, by operation and place, at the transport: retries and what the SDK adds are in it.</summary>
internal sealed class CountingHttp : OutgoingHttp
{
    private readonly ConcurrentDictionary<string, Count> _counts = new(StringComparer.Ordinal);
    private readonly Action<string>? _ended;

    /// <param name="ended">Told the id of each job whose record was just written with its end.</param>
    public CountingHttp(Action<string>? ended = null) => _ended = ended;

    public override HttpMessageHandler Storage() => new Counter(this, BlobOperations.NameOf, base.Storage());

    public override HttpMessageHandler Evolink() => new Counter(this, EvolinkCall, base.Evolink());

    public Dictionary<string, OperationCount> Read() => _counts.ToDictionary(entry => entry.Key, entry => entry.Value.Read(), StringComparer.Ordinal);

    public void Reset() => _counts.Clear();

    private static string EvolinkCall(HttpRequestMessage request)
    {
        string path = request.RequestUri!.AbsolutePath;
        return $"evolink {request.Method} {(path.StartsWith("/v1/tasks/", StringComparison.Ordinal) ? "/v1/tasks/{id}" : path)}";
    }

    private sealed class Counter(CountingHttp owner, Func<HttpRequestMessage, string> nameOf, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Count count = owner._counts.GetOrAdd(nameOf(request), static _ => new Count());
            string? ends = owner._ended is null ? null : await BlobOperations.EndedJobAsync(request, cancellationToken);
            long started = TimeProvider.System.GetTimestamp();
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            count.Add(TimeProvider.System.GetElapsedTime(started), response.IsSuccessStatusCode);
            if (ends is not null && response.IsSuccessStatusCode)
                owner._ended!(ends);
            return response;
        }
    }

    private sealed class Count
    {
        private readonly Lock _gate = new();
        private OperationCount _value = new(0, 0, 0);

        public void Add(TimeSpan took, bool succeeded)
        {
            lock (_gate)
                _value = new OperationCount(_value.Calls + 1, _value.Refused + (succeeded ? 0 : 1), _value.Milliseconds + took.TotalMilliseconds);
        }

        public OperationCount Read()
        {
            lock (_gate)
                return _value;
        }
    }
}

/// <summary>How often something was sent, how often it was refused, and how long answers took in all.</summary>
internal sealed record OperationCount(int Calls, int Refused, double Milliseconds);
