using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Evolink.Benchmarks.Servers;

/// <summary>
/// As much of the Blob REST API as the app uses, with its conditions, in memory: storage that is not the limit. Of what is larger than a record only the length is kept.
/// </summary>
internal sealed class MemoryStorage : LoopbackServer
{
    private const int LargestKept = 64 * 1024;
    private const string Empty = "Content-Length: 0\r\n\r\n";

    private readonly ConcurrentDictionary<string, Blob> _blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _staged = new(StringComparer.Ordinal);
    private long _versions = 0x8D0;

    public string ConnectionString => $"DefaultEndpointsProtocol=http;AccountName=memory;AccountKey=bWVtb3J5;BlobEndpoint={Url}memory";

    protected override async Task AnswerAsync(Request request, CancellationToken cancellationToken)
    {
        string[] target = request.Target.Split('?', 2);
        string query = target.Length > 1 ? target[1] : "";
        byte[]? body = null;
        if (request.Length <= LargestKept)
            body = await request.ReadAsync(cancellationToken);
        else
            await request.DiscardAsync(cancellationToken);
        switch (request.Method)
        {
            case "PUT":
                await request.SendAsync(Put(request, target[0], query, body), cancellationToken);
                break;
            case "DELETE":
                await request.SendAsync(Delete(request, target[0]), cancellationToken);
                break;
            case "GET" when query.Contains("comp=list", StringComparison.Ordinal):
                await request.SendAsync(List(), cancellationToken);
                break;
            default:
                await SendBlobAsync(request, target[0], cancellationToken);
                break;
        }
    }

    private string Put(Request request, string path, string query, byte[]? body)
    {
        if (query.Contains("restype=container", StringComparison.Ordinal))
            return $"HTTP/1.1 201 Created\r\n{Empty}";
        if (query.Contains("comp=block&", StringComparison.Ordinal) || query.EndsWith("comp=block", StringComparison.Ordinal))
        {
            _staged.AddOrUpdate(path, request.Length, (_, sum) => sum + request.Length);
            return $"HTTP/1.1 201 Created\r\n{Checksum(request)}{Empty}";
        }

        bool isList = query.Contains("comp=blocklist", StringComparison.Ordinal);
        long length = isList && _staged.TryRemove(path, out long staged) ? staged : request.Length;
        Blob written = new(isList ? null : body, length, string.Create(CultureInfo.InvariantCulture, $"\"0x{Interlocked.Increment(ref _versions):X}\""));
        if (request.Headers.TryGetValue("If-None-Match", out string? none) && none == "*")
            return _blobs.TryAdd(path, written) ? Created(request, written) : Refused("409 Conflict", "BlobAlreadyExists");
        if (!request.Headers.TryGetValue("If-Match", out string? expected))
        {
            _blobs[path] = written;
            return Created(request, written);
        }

        return _blobs.TryGetValue(path, out Blob? before) && before.ETag == expected && _blobs.TryUpdate(path, written, before)
            ? Created(request, written)
            : Refused("412 Precondition Failed", "ConditionNotMet");
    }

    private string Delete(Request request, string path)
    {
        if (!_blobs.TryGetValue(path, out Blob? blob))
            return Refused("404 Not Found", "BlobNotFound");
        if (request.Headers.TryGetValue("If-Match", out string? expected) && expected != blob.ETag)
            return Refused("412 Precondition Failed", "ConditionNotMet");
        return _blobs.TryRemove(KeyValuePair.Create(path, blob)) ? $"HTTP/1.1 202 Accepted\r\n{Empty}" : Refused("412 Precondition Failed", "ConditionNotMet");
    }

    private async Task SendBlobAsync(Request request, string path, CancellationToken cancellationToken)
    {
        if (!_blobs.TryGetValue(path, out Blob? blob))
        {
            await request.SendAsync(Refused("404 Not Found", "BlobNotFound"), cancellationToken);
            return;
        }

        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{Properties(blob)}Content-Type: application/octet-stream\r\nContent-Length: {blob.Length}\r\n\r\n");
        await request.SendAsync(request.Method == "HEAD" || blob.Content is null ? head : [.. head, .. blob.Content], cancellationToken);
    }

    // Sweeps look for jobs that were left behind, and here nobody leaves any.
    private static string List()
    {
        const string Nothing = "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs /><NextMarker /></EnumerationResults>";
        return $"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {Nothing.Length}\r\n\r\n{Nothing}";
    }

    private static string Created(Request request, Blob blob) => $"HTTP/1.1 201 Created\r\n{Properties(blob)}{Checksum(request)}{Empty}";

    private static string Properties(Blob blob) =>
        $"ETag: {blob.ETag}\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nx-ms-blob-type: BlockBlob\r\nx-ms-version: 2021-12-02\r\n";

    // The client compares what it sent with what it is told.
    private static string Checksum(Request request) =>
        request.Headers.TryGetValue("x-ms-content-crc64", out string? crc) ? $"x-ms-content-crc64: {crc}\r\n" : "";

    private static string Refused(string status, string code) => $"HTTP/1.1 {status}\r\nx-ms-error-code: {code}\r\n{Empty}";

    private sealed record Blob(byte[]? Content, long Length, string ETag);
}
