using System.Net;
using System.Text;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Tests.Support;

/// <summary>Watches what goes to storage, and disturbs it. At the transport, where the order of requests is the real one.</summary>
internal sealed class StorageTap : OutgoingHttp
{
    private int _blocks;
    private int _commits;
    private int _recordReads;
    private int _recordWrites;

    /// <summary>Reads of job records.</summary>
    public int RecordReads => Volatile.Read(ref _recordReads);

    /// <summary>Writes of job records.</summary>
    public int RecordWrites => Volatile.Read(ref _recordWrites);

    /// <summary>Blocks of videos that were sent.</summary>
    public int Blocks => Volatile.Read(ref _blocks);

    /// <summary>Block lists of videos that were committed.</summary>
    public int Commits => Volatile.Read(ref _commits);

    /// <summary>Instead of the commit with this number, from 1; null lets it pass.</summary>
    public Func<int, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> Commit { get; set; } = static (_, send) => send();

    /// <summary>Instead of the block with this number, from 1.</summary>
    public Func<int, HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> Block { get; set; } = static (_, _, send) => send();

    public static HttpResponseMessage Refusal(HttpStatusCode status, string code)
    {
        HttpResponseMessage response = new(status)
        {
            Content = new StringContent($"""<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>""", Encoding.UTF8, "application/xml"),
        };
        response.Headers.Add("x-ms-error-code", code);
        return response;
    }

    public override HttpMessageHandler Storage() => new Handler(this, base.Storage());

    private sealed class Handler(StorageTap tap, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string query = request.RequestUri!.Query;
            if (request.RequestUri.AbsolutePath.Contains($"/{EvolinkStorage.GenerationsContainer}/records/", StringComparison.Ordinal))
                Interlocked.Increment(ref (request.Method == HttpMethod.Get ? ref tap._recordReads : ref tap._recordWrites));
            if (request.Method != HttpMethod.Put || !request.RequestUri.AbsolutePath.Contains($"/{EvolinkStorage.VideosContainer}/", StringComparison.Ordinal))
                return base.SendAsync(request, cancellationToken);
            if (query.Contains("comp=blocklist", StringComparison.Ordinal))
                return tap.Commit(Interlocked.Increment(ref tap._commits), () => base.SendAsync(request, cancellationToken));
            return query.Contains("comp=block", StringComparison.Ordinal)
                ? tap.Block(Interlocked.Increment(ref tap._blocks), request, () => base.SendAsync(request, cancellationToken))
                : base.SendAsync(request, cancellationToken);
        }
    }
}
