using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Security;
using System.Text;
using System.Web;

namespace Evolink.Functions.Tests.Properties;

/// <summary>
/// Blob Storage behind the real SDK, as far as the app uses it for one generation: whole blobs with ETags, metadata and conditions.
/// Source of the status codes: the Blob service's REST API, "Specifying conditional headers".
/// </summary>
internal sealed class MemoryStorage(TimeProvider time) : HttpMessageHandler
{
    private readonly SortedDictionary<string, Blob> _blobs = new(StringComparer.Ordinal);
    private int _versions;

    /// <summary>Called with path, content before and content after each write.</summary>
    public Action<string, byte[]?, byte[]> Written { get; set; } = (_, _, _) => { };

    public byte[]? Find(string path) => _blobs.GetValueOrDefault(path)?.Content;

    public bool Any(string prefix) => _blobs.Keys.Any(path => path.StartsWith(prefix, StringComparison.Ordinal));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Execution.PassAsync();
        // Below the emulator's account: container and blob.
        string path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).Split('/', 3)[2];
        byte[] content = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        HttpResponseMessage answer = (request.Method.Method, _blobs.GetValueOrDefault(path)) switch
        {
            ("GET", _) when request.RequestUri.Query.Contains("comp=list", StringComparison.Ordinal) =>
                List(path, HttpUtility.ParseQueryString(request.RequestUri.Query)),
            ("PUT", { } there) when IfNoneMatch(request) => Refused(HttpStatusCode.Conflict, "BlobAlreadyExists"),
            ("PUT", var there) when IfMatch(request) is { } etag && etag != there?.ETag => Refused(HttpStatusCode.PreconditionFailed, "ConditionNotMet"),
            ("PUT", var there) when request.RequestUri.Query.Length == 0 => Put(path, there, content, request),
            ("GET" or "HEAD", null) => Refused(HttpStatusCode.NotFound, "BlobNotFound"),
            ("GET" or "HEAD", { } there) => Found(there),
            ("DELETE", null) => Refused(HttpStatusCode.NotFound, "BlobNotFound"),
            ("DELETE", _) => Delete(path),
            _ => throw new NotSupportedException($"{request.Method} {request.RequestUri}"),
        };
        answer.RequestMessage = request;
        await Execution.PassAsync();
        return answer;
    }

    private static bool IfNoneMatch(HttpRequestMessage request) => request.Headers.TryGetValues("If-None-Match", out IEnumerable<string>? values) && values.Single() == "*";

    private static string? IfMatch(HttpRequestMessage request) => request.Headers.TryGetValues("If-Match", out IEnumerable<string>? values) ? values.Single() : null;

    // All at once; what lies below a delimiter as its prefix.
    private HttpResponseMessage List(string container, NameValueCollection query)
    {
        string prefix = query["prefix"] ?? string.Empty;
        string? delimiter = query["delimiter"];
        IEnumerable<string> found = _blobs.Keys
            .Where(path => path.StartsWith($"{container}/{prefix}", StringComparison.Ordinal))
            .Select(path => path[(container.Length + 1)..])
            .Select(name => delimiter is not null && name.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var end
                ? name[..(end + 1)]
                : name)
            .Distinct();
        string items = string.Concat(found.Select(name => name.EndsWith('/')
            ? $"<BlobPrefix><Name>{name}</Name></BlobPrefix>"
            : $"<Blob><Name>{name}</Name>{Properties(_blobs[$"{container}/{name}"])}</Blob>"));
        return new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(
                $"<EnumerationResults><Blobs>{items}</Blobs><NextMarker/></EnumerationResults>", Encoding.UTF8, "application/xml"),
        };
    }

    private static string Properties(Blob blob)
    {
        string metadata = string.Concat(blob.Metadata.Select(pair => (Name: pair.Key["x-ms-meta-".Length..], pair.Value))
            .Select(pair => $"<{pair.Name}>{SecurityElement.Escape(pair.Value)}</{pair.Name}>"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<Properties><Creation-Time>{blob.Created:R}</Creation-Time><Last-Modified>{blob.Created:R}</Last-Modified><Etag>{blob.ETag}</Etag>")
            + string.Create(CultureInfo.InvariantCulture, $"<Content-Length>{blob.Content.Length}</Content-Length>")
            + $"<Content-Type>{blob.ContentType}</Content-Type></Properties><Metadata>{metadata}</Metadata>";
    }

    private HttpResponseMessage Put(string path, Blob? before, byte[] content, HttpRequestMessage request)
    {
        Execution.Wrote();
        Written(path, before?.Content, content);
        Dictionary<string, string> metadata = request.Headers.Where(header => header.Key.StartsWith("x-ms-meta-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => header.Value.Single(), StringComparer.OrdinalIgnoreCase);
        string type = request.Headers.TryGetValues("x-ms-blob-content-type", out IEnumerable<string>? types) ? types.Single() : "application/octet-stream";
        Blob blob = new(content, string.Create(CultureInfo.InvariantCulture, $"\"{++_versions}\""), before?.Created ?? time.GetUtcNow(), type, metadata);
        _blobs[path] = blob;
        return WithVersion(new HttpResponseMessage(HttpStatusCode.Created), blob);
    }

    private static HttpResponseMessage Found(Blob blob)
    {
        HttpResponseMessage answer = WithVersion(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(blob.Content) }, blob);
        answer.Content.Headers.TryAddWithoutValidation("Content-Type", blob.ContentType);
        answer.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
        answer.Headers.TryAddWithoutValidation("x-ms-creation-time", blob.Created.ToString("R", CultureInfo.InvariantCulture));
        foreach ((string name, string value) in blob.Metadata)
            answer.Headers.TryAddWithoutValidation(name, value);
        return answer;
    }

    private HttpResponseMessage Delete(string path)
    {
        Execution.Wrote();
        _blobs.Remove(path);
        return new HttpResponseMessage(HttpStatusCode.Accepted);
    }

    private static HttpResponseMessage WithVersion(HttpResponseMessage answer, Blob blob)
    {
        answer.Headers.TryAddWithoutValidation("ETag", blob.ETag);
        answer.Content.Headers.TryAddWithoutValidation("Last-Modified", blob.Created.ToString("R", CultureInfo.InvariantCulture));
        return answer;
    }

    private static HttpResponseMessage Refused(HttpStatusCode status, string code)
    {
        HttpResponseMessage answer = new(status);
        answer.Headers.TryAddWithoutValidation("x-ms-error-code", code);
        return answer;
    }

    private sealed record Blob(byte[] Content, string ETag, DateTimeOffset Created, string ContentType, IReadOnlyDictionary<string, string> Metadata);
}
