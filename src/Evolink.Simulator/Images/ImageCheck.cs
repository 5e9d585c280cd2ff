namespace Evolink.Simulator;

/// <summary>Looks at the image of a task as the provider does: fetches it, and holds it against the limits of the contract.</summary>
internal sealed class ImageCheck(SimulatorOptions options, Uri ownFiles) : IDisposable
{
    private const int MaxBytes = 10 * 1024 * 1024;
    private const int MinSide = 360;
    private const int MaxSide = 2000;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly HttpClient http = SimulatorHttp.Create(options.AllowLoopback, followRedirects: true);
    private readonly HttpClient ownHttp = SimulatorHttp.Create(allowLoopback: true, followRedirects: false);

    /// <summary>What is wrong with the image; <see langword="null"/>: nothing.</summary>
    public async Task<TaskFailure?> CheckAsync(string url, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return Judge(await FetchAsync(url, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unusable("The image could not be downloaded in time.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Unusable($"The image could not be downloaded: {exception.Message}");
        }
    }

    public void Dispose()
    {
        http.Dispose();
        ownHttp.Dispose();
    }

    private static TaskFailure? Judge(byte[]? image)
    {
        if (image is null)
            return Unusable("The image is larger than 10 MB.");
        if (ImageSize.Read(image) is not { } size)
            return Unusable("The image is not a JPEG, PNG, BMP or WebP file.");
        if (size.HasAlpha)
            return Unusable("The image has a transparent channel.");
        return size is { Width: >= MinSide and <= MaxSide, Height: >= MinSide and <= MaxSide }
            ? null
            : new TaskFailure(
                "image_dimension_mismatch",
                $"The image is {size.Width} x {size.Height} pixels.\nWidth and height must be between {MinSide} and {MaxSide}.");
    }

    private async Task<byte[]?> FetchAsync(string url, CancellationToken cancellationToken)
    {
        HttpClient client = url.StartsWith(ownFiles.AbsoluteUri, StringComparison.Ordinal) ? ownHttp : http;
        using HttpResponseMessage response = await client.GetAsync(
            SimulatorHttp.Exact(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var image = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (image.Length + count > MaxBytes)
                return null;
            image.Write(buffer, 0, count);
        }

        return image.ToArray();
    }

    private static TaskFailure Unusable(string message) => new("image_processing_error", message);
}
