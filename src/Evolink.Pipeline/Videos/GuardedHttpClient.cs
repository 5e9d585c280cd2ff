using System.Net.Http.Headers;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Videos;

/// <summary>
/// Opens links that came from outside: https only, public addresses only, few redirects, nothing of ours sent along. The address is
/// checked when the connection is made, so that a name cannot answer differently a second time.
/// </summary>
public sealed class GuardedHttpClient : IDisposable
{
    private const int MaxRedirects = 5;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(60);

    private readonly LinkRules _rules;
    private readonly TimeProvider _time;
    private readonly OutsideNetwork _network;
    private readonly HttpClient _http;

    /// <summary>Makes a client; it is kept for the life of the app.</summary>
    public GuardedHttpClient(IOptions<EvolinkOptions> options, TimeProvider time)
        : this(options, time, new OutsideNetwork())
    {
    }

    internal GuardedHttpClient(IOptions<EvolinkOptions> options, TimeProvider time, OutsideNetwork network)
        : this(options, time, network, options.Value.ResultHosts)
    {
    }

    private GuardedHttpClient(IOptions<EvolinkOptions> options, TimeProvider time, OutsideNetwork network, IList<string> hosts)
    {
        (_rules, _time, _network) = (new LinkRules(options.Value.AllowLoopback, hosts), time, network);
        _http = new HttpClient(new GuardedSockets(options.Value.AllowLoopback, network).Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(ProductInfo.UserAgent);
        _http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>A client for links that clients name: any public host, whatever <c>Evolink:ResultHosts</c> says of results.</summary>
    public static GuardedHttpClient ForAnyHost(IOptions<EvolinkOptions> options, TimeProvider time) => new(options, time, new OutsideNetwork(), []);

    /// <summary>Opens a link and follows its redirects; the headers have arrived, the body has not.</summary>
    /// <exception cref="VideoDownloadException">The link may not be opened, or did not answer.</exception>
    public Task<HttpResponseMessage> OpenAsync(string link, CancellationToken cancellationToken) => OpenAsync(link, null, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    internal async Task<HttpResponseMessage> OpenAsync(string link, RangeRequest? range, CancellationToken cancellationToken)
    {
        Uri target = _rules.Parse(link);
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            HttpResponseMessage response = await GetAsync(target, range, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response;
            using (response)
                target = _rules.Redirect(target, response.Headers.TryGetValues("Location", out IEnumerable<string>? values) ? values.First() : string.Empty);
        }

        throw new VideoDownloadException(DownloadFailure.Blocked, $"The link was redirected more than {MaxRedirects} times.");
    }

    private async Task<HttpResponseMessage> GetAsync(Uri target, RangeRequest? range, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(HeaderTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, target);
            if (range is not null)
                request.Headers.Range = new RangeHeaderValue(range.From, range.To);
            if (range?.Version is { } version)
                request.Headers.IfRange = new RangeConditionHeaderValue(version);
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{target.Host} sent no answer within {HeaderTimeout.TotalSeconds:0} s.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(
                DownloadFailure.Unavailable, $"{target.Host} could not be reached within {_network.ConnectTimeout.TotalSeconds:0} s.", e);
        }
        catch (HttpRequestException e) when (e.InnerException is BlockedAddressException blocked)
        {
            throw new VideoDownloadException(DownloadFailure.Blocked, blocked.Message, e);
        }
        catch (HttpRequestException e)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{target.Host} could not be reached: {e.HttpRequestError}.", e);
        }
    }
}
