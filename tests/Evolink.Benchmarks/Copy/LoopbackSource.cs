using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Copy;

/// <summary>Serves "videos" of any size at <c>/{bytes}/{name}</c>, with ranges and a version, out of the processor's cache.</summary>
internal sealed class LoopbackSource(TimeProvider time) : LoopbackServer
{
    private const int Period = 1 << 20;
    private static readonly byte[] Content = Made();

    /// <summary>When the heads of the answers were sent.</summary>
    public ConcurrentQueue<long> HeadsSent { get; } = new();

    public string Link(long bytes) => $"{Url}{bytes}/video.mp4";

    protected override async Task AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        long total = long.Parse(request.Target.Split('/')[1], CultureInfo.InvariantCulture);
        (long from, long to, bool part) = (0, total - 1, false);
        if (request.Headers.TryGetValue("Range", out string? range) && RangeHeaderValue.Parse(range).Ranges.Single() is { From: { } first } asked)
            (from, to, part) = (first, Math.Min(asked.To ?? long.MaxValue, total - 1), true);
        string status = part ? $"206 Partial Content\r\nContent-Range: bytes {from}-{to}/{total}" : "200 OK";
        await request.SendAsync(
            $"HTTP/1.1 {status}\r\nContent-Type: video/mp4\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\nContent-Length: {to - from + 1}\r\n\r\n", cancellationToken);
        HeadsSent.Enqueue(time.GetTimestamp());
        if (request.Method == "HEAD")
            return;
        byte[] head = Head(total);
        if (from < head.Length)
        {
            int count = (int)Math.Min(head.Length - from, to - from + 1);
            await request.SendAsync(head.AsMemory((int)from, count), cancellationToken);
            from += count;
        }

        for (long at = from; at <= to;)
        {
            int within = (int)(at % Period);
            int count = (int)Math.Min(Period - within, to - at + 1);
            await request.SendAsync(Content.AsMemory(within, count), cancellationToken);
            at += count;
        }
    }

    private static byte[] Made()
    {
        byte[] content = new byte[Period];
        new Random(1).NextBytes(content);
        return content;
    }

    // The boxes of an MP4 whose media go to the end of the file.
    private static byte[] Head(long total)
    {
        byte[] head = new byte[40];
        head[3] = 16;
        "ftypisom"u8.CopyTo(head.AsSpan(4));
        head[19] = 8;
        "moov"u8.CopyTo(head.AsSpan(20));
        head[27] = 1;
        "mdat"u8.CopyTo(head.AsSpan(28));
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(32), total - 24);
        return head;
    }
}
