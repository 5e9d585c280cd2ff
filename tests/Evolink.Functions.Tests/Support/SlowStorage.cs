using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Web;
using Evolink.Pipeline;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Tests.Support;

/// <summary>
/// Blob Storage in memory, as far as a sweep uses it, in which every request takes a while: markers in pages of 5,000, as the service lists them, and
/// the same record under every job's id.
/// </summary>
internal sealed class SlowStorage(IReadOnlyList<JobId> jobs, Func<JobId, byte[]> record, TimeSpan latency) : OutgoingHttp
{
    private const int PageSize = 5000;

    private readonly ConcurrentDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly string[] _names = [.. jobs.Select(job => job.Value).Order(StringComparer.Ordinal)];
    private readonly TimeSpan _latency = latency;
    private int _version;
    private int _requests;

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public override HttpMessageHandler Storage() => new Handler(this);

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        string path = request.RequestUri!.AbsolutePath;
        string query = request.RequestUri.Query;
        string name = path[(path.LastIndexOf('/') + 1)..];
        if (query.Contains("comp=list", StringComparison.Ordinal))
            return query.Contains("active%2F", StringComparison.OrdinalIgnoreCase) || query.Contains("active/", StringComparison.Ordinal) ? Page(query) : List(string.Empty, string.Empty);
        if (query.Contains("comp=metadata", StringComparison.Ordinal))
        {
            _metadata[name] = string.Concat(request.Headers.Where(header => header.Key.StartsWith("x-ms-meta-", StringComparison.OrdinalIgnoreCase))
                .Select(header => $"<{header.Key["x-ms-meta-".Length..]}>{header.Value.Single()}</{header.Key["x-ms-meta-".Length..]}>"));
            return WithVersion(new HttpResponseMessage(HttpStatusCode.OK));
        }

        HttpResponseMessage found = WithVersion(new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(record(JobId.Parse(name[..^".json".Length]))),
        });
        found.Headers.TryAddWithoutValidation("x-ms-blob-type", "BlockBlob");
        return found;
    }

    private HttpResponseMessage Page(string query)
    {
        int from = int.Parse(HttpUtility.ParseQueryString(query)["marker"] ?? "0", CultureInfo.InvariantCulture);
        string[] page = _names[from..Math.Min(from + PageSize, _names.Length)];
        string blobs = string.Concat(page.Select(name =>
            $"""<Blob><Name>active/{name}</Name><Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified><Etag>"1"</Etag></Properties><Metadata>{_metadata.GetValueOrDefault(name)}</Metadata></Blob>"""));
        return List(blobs, from + PageSize < _names.Length ? $"{from + PageSize}" : string.Empty);
    }

    private static HttpResponseMessage List(string blobs, string next) => new(HttpStatusCode.OK)
    {
        Content = new StringContent($"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>", Encoding.UTF8, "application/xml"),
    };

    private HttpResponseMessage WithVersion(HttpResponseMessage answer)
    {
        answer.Headers.TryAddWithoutValidation("ETag", $"\"{Interlocked.Increment(ref _version)}\"");
        answer.Content.Headers.TryAddWithoutValidation("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT");
        return answer;
    }

    private sealed class Handler(SlowStorage storage) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref storage._requests);
            await Task.Delay(storage._latency, TimeProvider.System, cancellationToken);
            HttpResponseMessage answer = storage.Answer(request);
            answer.RequestMessage = request;
            return answer;
        }
    }
}
