using System.Net.Http.Headers;
using System.Security.Cryptography;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// A result that is being read: in parts, several at once, where the server names the version of its bytes and honours ranges, else as
/// one stream.
/// </summary>
internal sealed class VideoSource : IAsyncDisposable
{
    private const int RangeTries = 3;

    // A server that sends a byte now and then is never idle, and would hold an activity until the deadline. Where the length is not known,
    // so little is taken to be no video: it comes to 1.5 MB by then.
    private const int LeastBytesPerSecond = 1024;
    private static readonly TimeSpan Trial = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RangePause = TimeSpan.FromMilliseconds(250);

    private readonly GuardedHttpClient _http;
    private readonly HttpResponseMessage _first;
    private readonly EntityTagHeaderValue? _version;
    private readonly long _limit;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _time;
    private readonly CancellationToken _deadline;
    private readonly long _opened;
    private Stream _body;
    private long? _promised;
    private bool _decoded;
    private byte[] _head = [];
    private long _received;

    private VideoSource(
        GuardedHttpClient http,
        HttpResponseMessage first,
        Stream body,
        ResultHead head,
        EvolinkOptions options,
        TimeProvider time,
        CancellationToken deadline)
    {
        (_http, _first, _body, _time, _deadline) = (http, first, body, time, deadline);
        (_limit, _idleTimeout) = (options.MaxVideoBytes, options.DownloadIdleTimeout);
        ResultHead.Part? part = head as ResultHead.Part;
        Length = part?.Total ?? ((ResultHead.Whole)head).Length;
        _version = part?.Version;
        _promised = part is null ? Length : Math.Min(part.Total, options.CopyBlockBytes);
        _opened = time.GetTimestamp();
    }

    /// <summary>Its length, where the server promised one.</summary>
    public long? Length { get; private set; }

    /// <summary>Whether any part can be read by itself. Else the stream holds everything.</summary>
    public bool HasParts => _version is not null;

    /// <summary>Bytes that the stream has given so far.</summary>
    public long Streamed { get; private set; }

    private string Host => HostOf(_first);

    /// <summary>Opens a link and looks at the head of the answer.</summary>
    /// <param name="http">Opens it.</param>
    /// <param name="link">The link.</param>
    /// <param name="inParts">Whether it may be read in parts, of <see cref="EvolinkOptions.CopyBlockBytes"/> each; the first then comes
    /// with the head.</param>
    /// <param name="options">Limits.</param>
    /// <param name="time">Clock.</param>
    /// <param name="deadline">When it has taken too long.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="VideoDownloadException">It is no video, or cannot be had.</exception>
    public static async Task<VideoSource> OpenAsync(
        GuardedHttpClient http,
        string link,
        bool inParts,
        EvolinkOptions options,
        TimeProvider time,
        CancellationToken deadline,
        CancellationToken cancellationToken)
    {
        RangeRequest? range = inParts ? new RangeRequest(0, options.CopyBlockBytes - 1, null) : null;
        HttpResponseMessage response = await http.OpenAsync(link, range, cancellationToken);
        try
        {
            ResultHead head = ResultHead.Of(response, range);
            if (head is ResultHead.Refused refused)
                throw await RefusedAsync(response, refused, time, cancellationToken);
            if (head is ResultHead.NoParts || (head is ResultHead.Part { Version: null } part && part.Total > options.CopyBlockBytes))
                throw new VideoDownloadException(DownloadFailure.NotInParts, $"{HostOf(response)} does not serve parts of one version.");
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
            VideoSource source = new(http, response, body, head, options, time, deadline);
            await source.DecodeAsync(isPart: head is ResultHead.Part, cancellationToken);
            return source.Length > options.MaxVideoBytes ? throw source.TooLarge() : source;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Fills the buffer from the stream that the link opened with, or reads that to its end. Less than a whole buffer means the end.
    /// </summary>
    /// <exception cref="VideoDownloadException">It stalls, breaks off, or grows past the limit.</exception>
    public async Task<(int Length, ulong Crc)> ReadNextAsync(Memory<byte> buffer, IncrementalHash hash, CancellationToken cancellationToken)
    {
        ulong crc = Crc64.Empty;
        Task hashing = Task.CompletedTask;
        (int filled, int handed) = (0, 0);
        try
        {
            await FillAsync(_body, buffer, Passed, cancellationToken);
        }
        finally
        {
            await hashing;
        }

        hash.AppendData(buffer.Span[handed..filled]);
        return (filled, crc);

        void Passed(ReadOnlySpan<byte> bytes)
        {
            Streamed += bytes.Length;
            if (Streamed > _limit)
                throw TooLarge();
            crc = Crc64.Append(crc, bytes);
            filled += bytes.Length;
            if (!hashing.IsCompletedSuccessfully)
                return;
            // On another processor, while the next ones are on their way: hashing takes longer than anything else here.
            Memory<byte> arrived = buffer[handed..filled];
            handed = filled;
            hashing = Task.Run(() => hash.AppendData(arrived.Span), CancellationToken.None);
        }
    }

    /// <summary>
    /// Fills the buffer with one part, and tells its checksum. What breaks off is tried again, for the version is known to be the same; a
    /// refusal is not.
    /// </summary>
    /// <exception cref="VideoDownloadException">It cannot be had, or the server has another version by now.</exception>
    public async Task<ulong> ReadPartAsync(long from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await ReadPartOnceAsync(from, buffer, cancellationToken);
            }
            catch (VideoDownloadException e)
                when (e.Failure == DownloadFailure.Unavailable && e.Status is null && tries < RangeTries && !_deadline.IsCancellationRequested)
            {
                await Task.Delay(RangePause * (tries * tries), _time, cancellationToken);
            }
        }
    }

    /// <summary>What it is by its first bytes, before it is read; null where that is nothing that is known.</summary>
    public string? Type => MediaType.Of(_head);

    /// <summary>What the first bytes are.</summary>
    /// <param name="head">The first bytes.</param>
    /// <param name="isAnyMedia">Whether it may be a picture or a sound.</param>
    /// <exception cref="VideoDownloadException">They are no video's, nor what else it may be.</exception>
    public string Sniff(ReadOnlySpan<byte> head, bool isAnyMedia)
    {
        if (head.IsEmpty)
            throw new VideoDownloadException(DownloadFailure.NotAVideo, $"{Host} sent an empty body.");
        if ((isAnyMedia ? MediaType.Of(head) : VideoType.Of(head)) is { } type)
            return type;
        string what = ErrorPage.Describe(head);
        string? declared = _first.Content.Headers.ContentType?.MediaType;
        bool isShown = declared is { Length: > 0 and < 60 } && !declared.Contains('=', StringComparison.Ordinal);
        string header = isShown ? $" (as {declared})" : string.Empty;
        throw new VideoDownloadException(DownloadFailure.NotAVideo, $"{Host} sent something that is no video{header}: {what}.");
    }

    /// <summary>The stream has come to its end: was that the end that the server promised?</summary>
    /// <exception cref="VideoDownloadException">Something is missing.</exception>
    public void CheckLength()
    {
        if (_promised is { } promised && promised != Streamed)
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent {Streamed:N0} of {promised:N0} bytes.");
    }

    /// <summary>Everything was read: is it a complete file?</summary>
    /// <exception cref="VideoDownloadException">It is not.</exception>
    public void CheckComplete(ContainerWalk file)
    {
        if (file.Missing is { } missing)
            throw new VideoDownloadException(DownloadFailure.Incomplete, $"{Host} sent a video that is not complete: the file {missing}.");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        _first.Dispose();
    }

    private static string HostOf(HttpResponseMessage response) => response.RequestMessage?.RequestUri?.Host ?? "the host";

    private static async Task<VideoDownloadException> RefusedAsync(
        HttpResponseMessage response, ResultHead.Refused refused, TimeProvider time, CancellationToken cancellationToken)
    {
        string page = await ErrorPage.ReadAsync(response, time, cancellationToken);
        return new VideoDownloadException(refused.Failure, $"{HostOf(response)} answered {refused.Status} to the link, with {page}.")
        {
            Status = refused.Status,
        };
    }

    // What is compressed has no length that anybody told, and no parts that could be read by themselves.
    private async Task DecodeAsync(bool isPart, CancellationToken cancellationToken)
    {
        List<string> labels = [.. _first.Content.Headers.ContentEncoding];
        for (int codings = 0; ; codings++)
        {
            byte[] head = new byte[ContentCoding.Head];
            int length = await FillAsync(_body, head, static _ => { }, cancellationToken);
            _body = new PeekedStream(head.AsMemory(0, length), _body);
            _head = head[..length];
            if (codings == ContentCoding.Most || ContentCoding.Decoder(head.AsSpan(0, length), labels) is not { } decode)
                return;
            if (isPart)
                throw new VideoDownloadException(DownloadFailure.NotInParts, $"{Host} sent a part of something compressed.");
            _body = decode(_body);
            (_decoded, Length, _promised) = (true, null, null);
        }
    }

    private async Task<ulong> ReadPartOnceAsync(long from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        RangeRequest range = new(from, from + buffer.Length - 1, _version);
        string link = _first.RequestMessage!.RequestUri!.OriginalString;
        using HttpResponseMessage response = await _http.OpenAsync(link, range, cancellationToken);
        switch (ResultHead.Of(response, range))
        {
            case ResultHead.Part part when part.Total == Length && Equals(part.Version, _version):
                break;
            case ResultHead.Refused refused:
                throw await RefusedAsync(response, refused, _time, cancellationToken);
            default:
                throw new VideoDownloadException(DownloadFailure.NotInParts, $"{Host} has another version of the video than a moment ago.");
        }

        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        ulong crc = Crc64.Empty;
        int filled = await FillAsync(body, buffer, bytes => crc = Crc64.Append(crc, bytes), cancellationToken);
        return filled == buffer.Length
            ? crc
            : throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent {filled:N0} of {buffer.Length:N0} bytes.");
    }

    private async Task<int> FillAsync(
        Stream body, Memory<byte> buffer, Action<ReadOnlySpan<byte>> passed, CancellationToken cancellationToken)
    {
        using CancellationTokenSource idle = new(_idleTimeout, _time);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token, _deadline);
        int filled = 0;
        try
        {
            while (filled < buffer.Length)
            {
                int read = await body.ReadAsync(buffer[filled..], any.Token);
                if (read == 0)
                    break;
                passed(buffer.Span.Slice(filled, read));
                filled += read;
                CheckPace(Interlocked.Add(ref _received, read));
                idle.CancelAfter(_idleTimeout);
            }

            return filled;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, _deadline.IsCancellationRequested
                ? $"{Host} is too slow for a video of this length."
                : $"{Host} sent nothing for {_idleTimeout.TotalSeconds:0} s.");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} broke off in the middle of the video.", e);
        }
        catch (Exception e) when (_decoded && e is InvalidDataException or InvalidOperationException)
        {
            throw new VideoDownloadException(DownloadFailure.Incomplete, $"{Host} sent compressed content that is cut or broken.", e);
        }
    }

    // What cannot be done in time at this pace is given up now, and tried again later: meanwhile others may use the place.
    private void CheckPace(long received)
    {
        TimeSpan elapsed = _time.GetElapsedTime(_opened);
        if (elapsed < Trial)
            return;
        double least = Length is { } length ? length * (elapsed / VideoCopier.TotalTimeout) : LeastBytesPerSecond * elapsed.TotalSeconds;
        if (received < least)
        {
            throw new VideoDownloadException(
                DownloadFailure.Unavailable,
                $"{Host} sent {received:N0} bytes in {elapsed.TotalSeconds:0} s: too slow for a video of this length.");
        }
    }

    private VideoDownloadException TooLarge() =>
        new(DownloadFailure.TooLarge, $"The video at {Host} is larger than Evolink:MaxVideoBytes ({_limit:N0}).");
}
