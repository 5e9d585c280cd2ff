using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Evolink.Client;

/// <summary>Sends one request and tells what came of it; only cancellation by the caller and a missing key are thrown.</summary>
/// <param name="http">The connections.</param>
/// <param name="settings">The settings.</param>
/// <param name="maxAnswerBytes">Most bytes of an answer: those of Evolink's API are a few KB.</param>
internal sealed class ApiConnection(HttpClient http, ClientSettings settings, int maxAnswerBytes = 1 << 20)
{
    private const int MaxRedirects = 5;

    /// <param name="operation">Name of its activity.</param>
    /// <param name="request">The request, unsigned.</param>
    /// <param name="deadline">Fires when the time for it is over.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async Task<ApiAnswer> SendAsync(string operation, HttpRequestMessage request, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var call = new ApiCall(operation, request, settings.TimeProvider);
        var answer = await ExchangeAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        call.End(answer);
        return answer;
    }

    /// <summary>Opens what a link leads to, over a few redirects. The answer's body is the caller's to read.</summary>
    /// <param name="link">The link.</param>
    /// <param name="isOwn">Whether it is the API's own, and gets the key; what it redirects to never does.</param>
    /// <param name="range">The part that is wanted; null: all.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>An answer that is a success, or what came instead.</returns>
    public async Task<(HttpResponseMessage? Success, ApiAnswer Answer)> OpenAsync(
        Uri link, bool isOwn, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, link);
            request.Headers.Range = range;
            using ApiCall call = new(EvolinkClientTelemetry.DownloadActivity, request, settings.TimeProvider);
            (HttpResponseMessage? response, ApiAnswer answer) =
                await OpenOnceAsync(request, isOwn, cancellationToken).ConfigureAwait(false);
            call.End(answer);
            if (response is null || response.IsSuccessStatusCode)
                return (response, answer);
            using (response)
            {
                if (redirects == MaxRedirects || Next(link, response.Headers.Location) is not { } next)
                    return (null, answer);
                (link, isOwn) = (next, false);
            }
        }
    }

    private static Uri? Next(Uri link, Uri? location)
    {
        Uri? next = location is null ? null : new Uri(link, location);
        // Never from https to where everybody can listen.
        return next is { Scheme: "https" } || (next is { Scheme: "http" } && link.Scheme == Uri.UriSchemeHttp) ? next : null;
    }

    // A redirect comes back unread, a failure read.
    private async Task<(HttpResponseMessage? Response, ApiAnswer Answer)> OpenOnceAsync(
        HttpRequestMessage request, bool isOwn, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = new(settings.ReadTimeout, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        string? key = null;
        try
        {
            Name(request);
            if (isOwn)
                key = await SignAsync(request, either.Token).ConfigureAwait(false);
            HttpResponseMessage response =
                await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest)
                return (response, new ApiAnswer { StatusCode = (int)response.StatusCode, MayHaveArrived = true, Key = key });
            using (response)
                return (null, await ReadAsync(response, isPaid: false, key, either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, NoAnswer(EvolinkErrorCodes.TimedOut, mayHaveArrived: true, failure, key));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, NoAnswer(EvolinkErrorCodes.ConnectionFailed, mayHaveArrived: false, failure, key));
        }
    }

    private async Task<ApiAnswer> ExchangeAsync(HttpRequestMessage request, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, cancellationToken);
        var address = request.RequestUri;
        string? key = null;
        bool isSigned = false;
        try
        {
            key = await SignAsync(request, either.Token).ConfigureAwait(false);
            isSigned = true;
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.RequestMessage?.RequestUri is { } final && final != address
                ? NoAnswer(EvolinkErrorCodes.Redirected, mayHaveArrived: true, failure: null, key)
                : await ReadAsync(response, isPaid: request.Content is TrackedContent, key, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (cancellationToken.IsCancellationRequested && !HasPaidBodyStarted(request))
        {
            throw new OperationCanceledException(failure.Message, failure, cancellationToken);
        }
        catch (OperationCanceledException failure) when (cancellationToken.IsCancellationRequested)
        {
            return NoAnswer(EvolinkErrorCodes.CancelledInFlight, mayHaveArrived: true, failure, key);
        }
        catch (OperationCanceledException failure)
        {
            // Unsigned: the source of the key did not answer in time.
            return NoAnswer(EvolinkErrorCodes.TimedOut, isSigned && MayHaveArrived(request, failure), failure, key);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || HasPaidBodyStarted(request))
        {
            // Whatever a handler throws after money may have moved must not pass for an ordinary error.
            if (request.Content is TrackedContent { WasRefused: true })
                return NoAnswer(EvolinkErrorCodes.SentAgain, mayHaveArrived: true, failure, key) with { IsFinal = true };
            var arrived = MayHaveArrived(request, failure);
            return NoAnswer(arrived ? EvolinkErrorCodes.ConnectionLost : EvolinkErrorCodes.ConnectionFailed, arrived, failure, key);
        }
    }

    // The key is set on the request, not on the HttpClient, so that it goes where this request goes and nowhere else.
    private async ValueTask<string?> SignAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string? key = await settings.ReadKeyAsync(cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        Name(request);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return key;
    }

    private void Name(HttpRequestMessage request)
    {
        request.Headers.Remove("User-Agent");
        request.Headers.TryAddWithoutValidation("User-Agent", settings.UserAgent);
    }

    private static bool HasPaidBodyStarted(HttpRequestMessage request) => request.Content is TrackedContent { Started: true };

    // A paid body proves by itself that it did not leave; a failure to connect is proof only where there is no such body.
    private static bool MayHaveArrived(HttpRequestMessage request, Exception failure) => request.Content is TrackedContent body
        ? body.Started
        : failure is not HttpRequestException
        {
            HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
        };

    private static ApiAnswer NoAnswer(string code, bool mayHaveArrived, Exception? failure, string? key) =>
        new() { FailureCode = code, MayHaveArrived = mayHaveArrived, Failure = failure, Key = key };

    private async Task<ApiAnswer> ReadAsync(HttpResponseMessage response, bool isPaid, string? key, CancellationToken cancellationToken)
    {
        var answer = new ApiAnswer
        {
            StatusCode = (int)response.StatusCode,
            Key = key,
            MayHaveArrived = true,
            RequestId = Header(response, "x-request-id"),
            RetryAfter = RetryAfterHeader.Parse(Header(response, "Retry-After"), settings.TimeProvider.GetUtcNow()),
            IsReplay = string.Equals(Header(response, "Idempotency-Replayed"), "true", StringComparison.OrdinalIgnoreCase),
        };
        ReadOnlyMemory<byte> bytes;
        try
        {
            bytes = await ReadBodyAsync(response, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException || isPaid)
        {
            // The status is known even so, and says more than the broken body.
            return answer with { Failure = failure };
        }

        var body = TolerantJson.Parse(bytes);
        return answer with
        {
            Body = body,
            Error = body is { } root ? ErrorEnvelope.Read(root) : null,
            IsEdgePage = body is null && IsEdgePage(bytes.Span),
            RequestId = body?.Text("request_id") ?? body?.Object("error")?.Text("request_id") ?? answer.RequestId,
        };
    }

    private async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        for (int count; (count = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (buffer.Length + count > maxAnswerBytes)
                throw new InvalidDataException($"The answer is longer than {maxAnswerBytes} bytes.");
            buffer.Write(chunk, 0, count);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    // Cloudflare's page, or its plain "error code: 1010".
    private static bool IsEdgePage(ReadOnlySpan<byte> body)
    {
        var start = Encoding.UTF8.GetString(body[..Math.Min(body.Length, 256)]).TrimStart('\uFEFF', ' ', '\r', '\n', '\t');
        return start.StartsWith('<') || start.StartsWith("error code:", StringComparison.OrdinalIgnoreCase);
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
