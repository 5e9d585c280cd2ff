using System.Net;
using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>One result link being read: checked as it comes, counted and hashed.</summary>
public sealed class VideoDownload : IAsyncDisposable
{
    // Below the host's functionTimeout of 30 minutes, which would take the whole worker down.
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromMinutes(25);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly long _limit;
    private readonly TimeSpan _idleTimeout;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Mp4Walk _boxes = new();

    private VideoDownload(HttpResponseMessage response, Stream body, EvolinkOptions options, TimeProvider time) =>
        (_response, _body, _limit, _idleTimeout, _time, _started) = (response, body, options.MaxVideoBytes, options.DownloadIdleTimeout, time, time.GetTimestamp());

    /// <summary>Content type by the first bytes; known after the first read.</summary>
    public string ContentType { get; private set; } = "application/octet-stream";

    /// <summary>Bytes read so far.</summary>
    public long Length { get; private set; }

    private string Host => _response.RequestMessage?.RequestUri?.Host ?? "the host";

    /// <summary>Opens a link and looks at the answer's head.</summary>
    /// <exception cref="VideoDownloadException">It is no video, or cannot be had.</exception>
    public static async Task<VideoDownload> OpenAsync(
        GuardedHttpClient http, string link, IOptions<EvolinkOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await http.OpenAsync(link, cancellationToken);
        try
        {
            CheckHead(response, options.Value.MaxVideoBytes);
            return new VideoDownload(response, await response.Content.ReadAsStreamAsync(cancellationToken), options.Value, time);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Fills the buffer, or reads to the end. Less than a whole buffer means that the video is complete.</summary>
    /// <exception cref="VideoDownloadException">The body stalls, breaks off, grows past the limit, or is no video.</exception>
    public async Task<int> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int filled = 0;
        while (filled < buffer.Length)
        {
            int read = await ReadAsync(buffer[filled..], cancellationToken);
            if (read == 0)
                break;
            filled += read;
        }

        if (Length == 0)
            ContentType = Sniff(buffer.Span[..filled]);
        Length += filled;
        if (Length > _limit)
            throw TooLarge(Host, _limit);
        _hash.AppendData(buffer.Span[..filled]);
        _boxes.Append(buffer.Span[..filled]);
        if (filled < buffer.Length)
            CheckEnd();
        return filled;
    }

    /// <summary>SHA-256 of everything read, hexadecimal.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _body.DisposeAsync();
        _response.Dispose();
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_time.GetElapsedTime(_started) > TotalTimeout)
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent {Length:N0} bytes in {TotalTimeout.TotalMinutes:0} min, which is too slow.");
        using CancellationTokenSource idle = new(_idleTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            return await _body.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent nothing for {_idleTimeout.TotalSeconds:0} s.");
        }
        catch (IOException e)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} broke off after {Length:N0} bytes.", e);
        }
    }

    // A connection that is closed early looks like the end where no length was promised: then the file itself must say that it is whole.
    private void CheckEnd()
    {
        if (_response.Content.Headers.ContentLength is { } promised)
        {
            if (promised != Length)
                throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent {Length:N0} of {promised:N0} bytes.");
        }
        else if (ContentType == "video/mp4" && !_boxes.IsWhole)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{Host} sent {Length:N0} bytes, which are not a whole MP4.");
        }
    }

    private static void CheckHead(HttpResponseMessage response, long limit)
    {
        string host = response.RequestMessage?.RequestUri?.Host ?? "the host";
        int status = (int)response.StatusCode;
        if (status is 401 or 403 or 404 or 410)
            throw new VideoDownloadException(DownloadFailure.LinkDead, $"{host} answered {status} to the link.");
        if (response.StatusCode != HttpStatusCode.OK)
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{host} answered {status} to the link.");
        if (response.Content.Headers.ContentEncoding.Any(encoding => encoding != "identity"))
            throw new VideoDownloadException(DownloadFailure.NotAVideo, $"{host} sent compressed content that was not asked for.");
        if (response.Content.Headers.ContentLength > limit)
            throw TooLarge(host, limit);
    }

    private string Sniff(ReadOnlySpan<byte> head) => head switch
    {
        [] => throw new VideoDownloadException(DownloadFailure.NotAVideo, $"{Host} sent an empty body."),
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => "video/mp4",
        [0x1A, 0x45, 0xDF, 0xA3, ..] => "video/webm",
        _ => throw new VideoDownloadException(DownloadFailure.NotAVideo, $"{Host} sent something that is no video: {FirstLine(head)}"),
    };

    // An error page explains itself; links in it may be signed, so that words with a slash or a query are left out.
    private static string FirstLine(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> start = head[..Math.Min(head.Length, 200)];
        if (start.ContainsAnyExceptInRange((byte)0x09, (byte)0x7E))
            return "binary data.";
        string line = Encoding.ASCII.GetString(start).Split('\n', '\r')[0];
        return '"' + string.Join(' ', line.Split(' ').Where(word => !word.AsSpan().ContainsAny("/?&="))) + '"';
    }

    private static VideoDownloadException TooLarge(string host, long limit) =>
        new(DownloadFailure.TooLarge, $"The video at {host} is larger than Evolink:MaxVideoBytes ({limit:N0}).");
}
