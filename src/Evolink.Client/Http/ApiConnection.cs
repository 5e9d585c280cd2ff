using System.Net.Http.Headers;
using System.Text;

namespace Evolink.Client;

/// <summary>Sends one request and tells what came of it; only cancellation by the caller and a missing key are thrown.</summary>
internal sealed class ApiConnection(HttpClient http, ClientSettings settings)
{
    // Answers of this API are a few KB.
    private const int MaxAnswerBytes = 1 << 20;

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

    private async Task<ApiAnswer> ExchangeAsync(HttpRequestMessage request, CancellationToken deadline, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, cancellationToken);
        var address = request.RequestUri;
        Sign(request);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.RequestMessage?.RequestUri is { } final && final != address
                ? NoAnswer(EvolinkErrorCodes.Redirected, mayHaveArrived: true, failure: null)
                : await ReadAsync(response, isPaid: request.Content is TrackedContent, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (cancellationToken.IsCancellationRequested && !HasPaidBodyStarted(request))
        {
            throw new OperationCanceledException(failure.Message, failure, cancellationToken);
        }
        catch (OperationCanceledException failure) when (cancellationToken.IsCancellationRequested)
        {
            return NoAnswer(EvolinkErrorCodes.CancelledInFlight, mayHaveArrived: true, failure);
        }
        catch (OperationCanceledException failure)
        {
            return NoAnswer(EvolinkErrorCodes.TimedOut, MayHaveArrived(request, failure), failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException || HasPaidBodyStarted(request))
        {
            // Whatever a handler throws after money may have moved must not pass for an ordinary error.
            var arrived = MayHaveArrived(request, failure);
            return NoAnswer(arrived ? EvolinkErrorCodes.ConnectionLost : EvolinkErrorCodes.ConnectionFailed, arrived, failure);
        }
    }

    // The key is set on the request, not on the HttpClient, so that it goes where this request goes and nowhere else.
    private void Sign(HttpRequestMessage request)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.CurrentKey());
        request.Headers.Remove("User-Agent");
        request.Headers.TryAddWithoutValidation("User-Agent", settings.UserAgent);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
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

    private static ApiAnswer NoAnswer(string code, bool mayHaveArrived, Exception? failure) =>
        new() { FailureCode = code, MayHaveArrived = mayHaveArrived, Failure = failure };

    private async Task<ApiAnswer> ReadAsync(HttpResponseMessage response, bool isPaid, CancellationToken cancellationToken)
    {
        var answer = new ApiAnswer
        {
            StatusCode = (int)response.StatusCode,
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

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var buffer = new MemoryStream();
        var chunk = new byte[8192];
        for (int count; (count = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (buffer.Length + count > MaxAnswerBytes) throw new InvalidDataException("The answer is longer than 1 MB.");
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
