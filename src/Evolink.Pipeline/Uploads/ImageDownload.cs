using Evolink.Pipeline.Images;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Videos;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Uploads;

/// <summary>Reads images from links that clients name, under the same guard as results: https, public addresses, bounded in size and time.</summary>
public sealed class ImageDownload(IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly GuardedHttpClient _http = GuardedHttpClient.ForAnyHost(options, time);

    /// <summary>Reads the file that a link leads to.</summary>
    /// <returns>Its bytes, at most <see cref="ImageCheck.MaxBytes"/>; or why it cannot be had, with the host and nothing else of the link.</returns>
    public async Task<(byte[]? Image, string? Problem)> ReadAsync(string link, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(Longest, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using HttpResponseMessage response = await _http.OpenAsync(link, either.Token);
            string host = response.RequestMessage!.RequestUri!.Host;
            return response.IsSuccessStatusCode
                ? await ReadAsync(response, host, either.Token)
                : (null, $"{host} answered {(int)response.StatusCode} in place of an image.");
        }
        catch (VideoDownloadException e)
        {
            return (null, e.Message);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return (null, "The host broke off before the whole image had come.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"The image did not come within {Longest.TotalSeconds:0} s.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static async Task<(byte[]? Image, string? Problem)> ReadAsync(HttpResponseMessage response, string host, CancellationToken cancellationToken)
    {
        await using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream image = new();
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (image.Length + read > ImageCheck.MaxBytes)
                return (null, $"The file at {host} has more than {ImageCheck.MaxBytes:N0} bytes (10 MB), which is the most an image may have.");
            image.Write(buffer, 0, read);
        }

        return (image.ToArray(), null);
    }
}
