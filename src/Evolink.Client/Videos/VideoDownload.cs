using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Evolink.Client;

/// <summary>
/// Copies what a link leads to, in bounded memory. A connection that breaks is made again, and the copy goes on where it stood, as long
/// as the other side still has the same bytes.
/// </summary>
/// <param name="connection">Opens links.</param>
/// <param name="settings">How long a silence may last.</param>
/// <param name="maxRetries">How often in a row it is tried again without a byte more.</param>
internal sealed class VideoDownload(ApiConnection connection, ClientSettings settings, int maxRetries)
{
    private const string Action = "downloading the video";
    private const int BufferBytes = 128 << 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Copies all of it.</summary>
    /// <exception cref="EvolinkException">It could not be read to its end; what was written is not all.</exception>
    public async Task<DownloadedVideo> CopyAsync(Uri link, Stream target, CancellationToken cancellationToken)
    {
        CheckLink(link);
        using Copy copy = new(target);
        for (int tries = 0; ;)
        {
            long before = copy.Size;
            if (await ContinueAsync(copy, link, cancellationToken).ConfigureAwait(false) is not { } failure)
                return copy.End();
            tries = copy.Size > before ? 1 : tries + 1;
            if (tries > maxRetries || !failure.IsTransient)
                throw Failed(failure);
            await Task.Delay(Pause(tries, failure.RetryAfter), settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens it for reading, without further tries once it is open. The stream is the caller's.</summary>
    /// <param name="link">The link.</param>
    /// <param name="isOwn">Whether it is the API's own, and gets the key.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkException">It could not be opened.</exception>
    public async Task<Stream> OpenAsync(Uri link, bool isOwn, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            (HttpResponseMessage? response, ApiAnswer answer) =
                await connection.OpenAsync(link, isOwn, range: null, cancellationToken).ConfigureAwait(false);
            // Its end frees the connection: as with HttpClient.GetStreamAsync there is nothing else to dispose of.
            if (response is not null)
                return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (tries > maxRetries || !answer.IsTransient)
                throw Failed(answer);
            await Task.Delay(Pause(tries, answer.RetryAfter), settings.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>That there is nothing to download.</summary>
    public static EvolinkException Missing(string why) =>
        new($"Failed {Action}: {why}", SubmitOutcome.NotSent) { Code = EvolinkErrorCodes.ResultMissing, ErrorMessage = why };

    private static void CheckLink(Uri link)
    {
        if (!link.IsAbsoluteUri || link.Scheme is not ("https" or "http"))
            throw Missing("What stands in the place of a link is none.");
    }

    private static EvolinkException Failed(ApiAnswer answer) => Failures.Of(answer, Action, new SubmitVerdict(SubmitOutcome.NotSent));

    private static TimeSpan Pause(int tries, TimeSpan? asked)
    {
        TimeSpan pause = asked ?? FirstPause * Math.Pow(2, Math.Min(tries - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task<ApiAnswer?> ContinueAsync(Copy copy, Uri link, CancellationToken cancellationToken)
    {
        RangeHeaderValue? range = copy.Size == 0 ? null : new RangeHeaderValue(copy.Size, null);
        (HttpResponseMessage? response, ApiAnswer answer) =
            await connection.OpenAsync(link, isOwn: false, range, cancellationToken).ConfigureAwait(false);
        if (response is null)
            return answer;
        using (response)
        {
            if (!copy.Accepts(response))
            {
                IOException others = new("It cannot be continued: the other side does not offer the rest of the same bytes.");
                return Lost(isFinal: true, others);
            }

            using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await CopyAsync(copy, body, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ApiAnswer?> CopyAsync(Copy copy, Stream body, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferBytes];
        using CancellationTokenSource silence = new(Timeout.InfiniteTimeSpan, settings.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        while (true)
        {
            int read;
            try
            {
                silence.CancelAfter(settings.ReadTimeout);
                read = await body.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return Lost(isFinal: false, failure);
            }

            if (read == 0)
                return copy.IsWhole ? null : Lost(isFinal: false, new IOException("The answer broke off."));
            await copy.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
    }

    private static ApiAnswer Lost(bool isFinal, Exception failure) => new()
    {
        FailureCode = EvolinkErrorCodes.ConnectionLost,
        MayHaveArrived = true,
        Failure = failure,
        IsFinal = isFinal,
    };

    /// <summary>What was written so far, and what is known of the whole.</summary>
    private sealed class Copy(Stream target) : IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private long? _total;
        private EntityTagHeaderValue? _tag;

        public long Size { get; private set; }

        public bool IsWhole => _total is null || Size == _total;

        /// <summary>Whether an answer goes on where the copy stands.</summary>
        public bool Accepts(HttpResponseMessage response)
        {
            if (Size == 0)
            {
                (_total, _tag) = (response.Content.Headers.ContentLength, response.Headers.ETag);
                return true;
            }

            return response.StatusCode == HttpStatusCode.PartialContent
                && response.Content.Headers.ContentRange is { From: { } from, Length: { } length } && from == Size && length == _total
                && Equals(response.Headers.ETag, _tag);
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await target.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            _hash.AppendData(bytes.Span);
            Size += bytes.Length;
        }

        public DownloadedVideo End() => new(Size, LowerHex(_hash.GetHashAndReset()));

        public void Dispose() => _hash.Dispose();

        private static string LowerHex(byte[] bytes) =>
#if NET9_0_OR_GREATER
            Convert.ToHexStringLower(bytes);
#else
            Convert.ToHexString(bytes).ToLowerInvariant();
#endif
    }
}
