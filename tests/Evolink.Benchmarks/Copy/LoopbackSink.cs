using System.Collections.Concurrent;
using System.Globalization;
using Evolink.Benchmarks.Servers;

namespace Evolink.Benchmarks.Copy;

/// <summary>As much of the Blob REST API as a copy uses: it reads what is sent and keeps only its length, so that storage is not the limit.</summary>
internal sealed class LoopbackSink(TimeProvider time) : LoopbackServer
{
    private const string Stored = "ETag: \"0x8D\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-ms-blob-type: BlockBlob\r\nx-ms-version: 2021-12-02\r\n";

    private readonly ConcurrentDictionary<string, long> _staged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _committed = new(StringComparer.Ordinal);

    /// <summary>When blobs became visible.</summary>
    public ConcurrentQueue<long> Commits { get; } = new();

    /// <summary>Bytes of all visible blobs.</summary>
    public long Bytes => _committed.Values.Sum();

    protected override async Task AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        await request.DiscardAsync(cancellationToken);
        string[] target = request.Target.Split('?', 2);
        string query = target.Length > 1 ? target[1] : "";
        switch (request.Method)
        {
            case "PUT" when query.Contains("comp=blocklist", StringComparison.Ordinal):
                await CommitAsync(request, target[0], _staged.TryRemove(target[0], out long staged) ? staged : 0, cancellationToken);
                break;
            case "PUT" when query.Contains("comp=block", StringComparison.Ordinal):
                _staged.AddOrUpdate(target[0], request.Length, (_, sum) => sum + request.Length);
                await request.SendAsync("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", cancellationToken);
                break;
            case "PUT" when query.Contains("restype=container", StringComparison.Ordinal):
                await request.SendAsync($"HTTP/1.1 201 Created\r\n{Stored}Content-Length: 0\r\n\r\n", cancellationToken);
                break;
            case "PUT":
                await CommitAsync(request, target[0], request.Length, cancellationToken);
                break;
            default:
                await request.SendAsync(Properties(target[0]), cancellationToken);
                break;
        }
    }

    private async Task CommitAsync(Request request, string blob, long length, CancellationToken cancellationToken)
    {
        _committed[blob] = length;
        await request.SendAsync($"HTTP/1.1 201 Created\r\n{Stored}Content-Length: 0\r\n\r\n", cancellationToken);
        Commits.Enqueue(time.GetTimestamp());
    }

    // Asked for by HEAD: the length belongs to the blob, and no body follows.
    private string Properties(string blob) => _committed.TryGetValue(blob, out long length)
        ? string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\n{Stored}Content-Type: video/mp4\r\nContent-Length: {length}\r\n\r\n")
        : "HTTP/1.1 404 Not Found\r\nx-ms-error-code: BlobNotFound\r\nContent-Length: 0\r\n\r\n";
}
