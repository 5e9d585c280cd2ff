using System.Globalization;
using System.Net.Http.Headers;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Webhooks;

/// <summary>
/// Makes calls to urls that clients named: https and public addresses only, redirects not followed, nothing of the answer read but its head.
/// </summary>
public sealed class WebhookSender : IDisposable
{
    // Standard Webhooks recommends 15 to 30 s.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20);

    private readonly EvolinkOptions _options;
    private readonly TimeProvider _time;
    private readonly OutsideNetwork _network;
    private readonly HttpClient _http;

    /// <summary>Makes a sender; it is kept for the life of the app.</summary>
    public WebhookSender(IOptions<EvolinkOptions> options, TimeProvider time)
        : this(options, time, new OutsideNetwork())
    {
    }

    internal WebhookSender(IOptions<EvolinkOptions> options, TimeProvider time, OutsideNetwork network)
    {
        _options = options.Value;
        _time = time;
        _network = network;
        SocketsHttpHandler handler = new GuardedSockets(_options.AllowLoopback, network).Handler();
        // A body that nobody reads is not waited for.
        handler.MaxResponseDrainSize = 0;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(ProductInfo.UserAgent);
    }

    /// <summary>Makes one call. Whatever goes wrong on the way or at the receiver is an answer.</summary>
    /// <param name="url">The client's url. Never logged.</param>
    /// <param name="messageId">Header <c>webhook-id</c>.</param>
    /// <param name="body">The body, JSON.</param>
    /// <param name="keys">Keys that sign it; none: it goes out unsigned.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<WebhookAnswer> SendAsync(
        string url, string messageId, byte[] body, IReadOnlyList<byte[]> keys, CancellationToken cancellationToken)
    {
        if (!IsAllowed(url, out Uri? target))
            return new WebhookAnswer(null, "The callback_url is no https address.", null);
        using CancellationTokenSource timeout = new(AnswerTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpRequestMessage request = Request(target, messageId, body, keys);
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new WebhookAnswer((int)response.StatusCode, null, RetryAfter(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new WebhookAnswer(null, $"{target.Host} sent no answer within {AnswerTimeout.TotalSeconds:0} s.", null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The handler gave the connection up, or the TLS handshake on it: a receiver that is not there is a call that failed, as any
            // other.
            return new WebhookAnswer(
                null, $"{target.Host} could not be reached within {_network.ConnectTimeout.TotalSeconds:0.#} s.", null);
        }
        catch (HttpRequestException e)
        {
            string why = e.InnerException is BlockedAddressException blocked ? blocked.Message : $"{target.Host} could not be reached: {e.HttpRequestError}.";
            return new WebhookAnswer(null, why, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(Uri target, string messageId, byte[] body, IReadOnlyList<byte[]> keys)
    {
        // The time of the call, not of the event: receivers refuse what is old, lest it be played to them again.
        long timestamp = _time.GetUtcNow().ToUnixTimeSeconds();
        HttpRequestMessage request = new(HttpMethod.Post, target)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            Headers =
            {
                { "webhook-id", messageId },
                { "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
            },
        };
        if (keys.Count > 0)
            request.Headers.Add("webhook-signature", WebhookSignature.Header(keys, messageId, timestamp, body));
        return request;
    }

    // Intake has checked it, but perhaps under other settings.
    private bool IsAllowed(string url, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? target) =>
        Uri.TryCreate(url, UriKind.Absolute, out target) && GuardedSockets.MayCall(target, _options.AllowLoopback);

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };
}

/// <summary>What came of a call.</summary>
/// <param name="Status">The receiver's status; null: it gave none.</param>
/// <param name="Error">Why there is none, in words without the url.</param>
/// <param name="RetryAfter">When the receiver wants to be called again.</param>
public sealed record WebhookAnswer(int? Status, string? Error, TimeSpan? RetryAfter);
