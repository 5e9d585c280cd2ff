using Azure.Identity;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>
/// An identity that gets no token for some of what goes to storage, as where the endpoint of managed identities does not answer.
/// </summary>
/// <param name="refuses">Whether a request is one of these, by its body.</param>
/// <param name="times">For how many of them.</param>
internal sealed class NoToken(Func<HttpRequestMessage, string, bool> refuses, int times = int.MaxValue) : OutgoingHttp
{
    private readonly Func<HttpRequestMessage, string, bool> _refuses = refuses;
    private readonly int _times = times;
    private int _refused;

    /// <summary>How often there was none.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public override HttpMessageHandler Storage() => new Handler(this, base.Storage());

    private sealed class Handler(NoToken identity, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
            if (identity._refuses(request, body) && Interlocked.Increment(ref identity._refused) <= identity._times)
                throw new AuthenticationFailedException("ManagedIdentityCredential authentication failed: the endpoint did not answer.");
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
