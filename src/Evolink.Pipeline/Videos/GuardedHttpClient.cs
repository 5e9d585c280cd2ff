using Evolink.Client;
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

    private readonly EvolinkOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <summary>Makes a client; it is kept for the life of the app.</summary>
    public GuardedHttpClient(IOptions<EvolinkOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _http = new HttpClient(new GuardedSockets(_options.AllowLoopback).Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(ProductInfo.UserAgent);
    }

    /// <summary>Opens a link and follows its redirects; the headers have arrived, the body has not.</summary>
    /// <exception cref="VideoDownloadException">The link may not be opened, or did not answer.</exception>
    public async Task<HttpResponseMessage> OpenAsync(string link, CancellationToken cancellationToken)
    {
        Uri target = Parse(link);
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            HttpResponseMessage response = await GetAsync(target, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response;
            using (response)
            {
                string location = response.Headers.TryGetValues("Location", out IEnumerable<string>? values) ? values.First() : string.Empty;
                target = Parse(Uri.TryCreate(target, location, out Uri? next) && !Uri.IsWellFormedUriString(location, UriKind.Absolute) ? next.OriginalString : location);
            }
        }

        throw new VideoDownloadException(DownloadFailure.Blocked, $"The link was redirected more than {MaxRedirects} times.");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> GetAsync(Uri target, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(HeaderTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, target);
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VideoDownloadException(DownloadFailure.Unavailable, $"{target.Host} sent no answer within {HeaderTimeout.TotalSeconds:0} s.");
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

    private Uri Parse(string link)
    {
        // Signed links are kept to the letter: unescaping a %7E would break their signature.
        UriCreationOptions exact = new() { DangerousDisablePathAndQueryCanonicalization = true };
        if (!Uri.TryCreate(link, exact, out Uri? url) || !url.IsAbsoluteUri)
            throw new VideoDownloadException(DownloadFailure.Blocked, "The link is no absolute address.");
        bool loopback = _options.AllowLoopback && PublicAddresses.IsLoopbackHost(url);
        if (url.Scheme != Uri.UriSchemeHttps && !(loopback && url.Scheme == Uri.UriSchemeHttp))
            throw new VideoDownloadException(DownloadFailure.Blocked, $"The link to {url.Host} is {url.Scheme}, not https.");
        if (url.UserInfo.Length > 0)
            throw new VideoDownloadException(DownloadFailure.Blocked, $"The link to {url.Host} carries credentials.");
        if (!loopback && !IsAllowedHost(url.Host))
            throw new VideoDownloadException(DownloadFailure.Blocked, $"The host {url.Host} is not among Evolink:ResultHosts.");
        return url;
    }

    private bool IsAllowedHost(string host) => _options.ResultHosts.Count == 0 || _options.ResultHosts.Any(allowed =>
        allowed.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(allowed[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(allowed, StringComparison.OrdinalIgnoreCase));
}
