using Evolink.Pipeline;

namespace EndToEnd.Tests.Support;

/// <summary>
/// Cuts a host off from the world at its n-th write of a job's record, right before it or right after it, as its death would: nothing that it does from then
/// on is heard by anyone, and nothing is answered.
/// </summary>
internal sealed class DyingHttp(int write, bool before) : OutgoingHttp
{
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly bool _before = before;
    private int _writes;

    /// <summary>When it has happened.</summary>
    public Task Died => _died.Task;

    public override HttpMessageHandler Storage() => new Handler(this, base.Storage());

    public override HttpMessageHandler Events() => new Handler(this, base.Events());

    public override HttpMessageHandler Evolink() => new Handler(this, base.Evolink());

    private bool IsLast(HttpRequestMessage request) =>
        request.Method == HttpMethod.Put && request.RequestUri!.AbsolutePath.Contains("/records/", StringComparison.Ordinal) && Interlocked.Increment(ref _writes) == write;

    private sealed class Handler : DelegatingHandler
    {
        private readonly DyingHttp _owner;

        // What was made for the next host lives.
        private readonly bool _mortal;

        public Handler(DyingHttp owner, HttpMessageHandler inner)
            : base(inner) => (_owner, _mortal) = (owner, !owner.Died.IsCompleted);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!_mortal)
                return await base.SendAsync(request, cancellationToken);
            bool last = _owner.IsLast(request);
            if (last && _owner._before)
                _owner._died.TrySetResult();
            if (!_owner.Died.IsCompleted)
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
                if (last)
                    _owner._died.TrySetResult();
                if (!_owner.Died.IsCompleted)
                    return response;
                response.Dispose();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            throw new InvalidOperationException("Nobody is left to be answered.");
        }
    }
}
