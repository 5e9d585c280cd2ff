using System.Net.Http.Headers;
using System.Text.Json;

namespace Evolink.Client;

// Images that have no public link of their own.
public partial class EvolinkClient
{
    /// <summary>
    /// Gives an image away to be kept: to Evolink's Files API (jpeg, png, gif or webp, at most 10 MB, for 72 hours), or to the
    /// Evolink.Functions app that <see cref="EvolinkClientOptions.BaseUrl"/> leads to (jpeg, png, bmp or webp). An app's key never goes to
    /// Evolink's file host: see <see cref="EvolinkClientOptions.FilesBaseUrl"/>.
    /// </summary>
    /// <remarks>Sent once, since the stream can be read once; it costs nothing and may be called again. The stream is left open.</remarks>
    /// <param name="image">The image, read from where it stands.</param>
    /// <param name="fileName">A name for it; what no header can hold is left out.</param>
    /// <param name="contentType">Its type, such as <c>image/png</c>.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="EvolinkValidationException">Such an image is not taken; nothing was sent.</exception>
    /// <exception cref="EvolinkException">It was not taken.</exception>
    public virtual async Task<UploadedImage> UploadImageAsync(
        Stream image, string fileName, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(fileName);
        ArgumentNullException.ThrowIfNull(contentType);
        UploadRules.Check(image, contentType, isForApp: _settings.FilesBaseUrl is null);
        using var file = new BorrowedStreamContent(image);
        file.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return _settings.FilesBaseUrl is { } files
            ? await UploadAsync(
                new Uri(files, "api/v1/files/upload/stream"),
                new MultipartFormDataContent { { file, "file", UploadRules.SafeName(fileName) } },
                UploadedImageReader.Read,
                cancellationToken).ConfigureAwait(false)
            : await UploadAsync(new Uri(_settings.BaseUrl, "v1/images"), file, UploadedImageReader.ReadOfApp, cancellationToken)
                .ConfigureAwait(false);
    }

    private async Task<UploadedImage> UploadAsync(
        Uri address, HttpContent content, Func<JsonElement, UploadedImage?> read, CancellationToken cancellationToken)
    {
        const string Action = "uploading the image";
        using HttpRequestMessage message = new(HttpMethod.Post, address) { Content = content };
        using CancellationTokenSource timer = new(_settings.UploadTimeout, _settings.TimeProvider);
        ApiAnswer answer = await _connection
            .SendAsync(EvolinkClientTelemetry.UploadImageActivity, message, timer.Token, cancellationToken).ConfigureAwait(false);
        if (answer is not { IsSuccess: true, Body: { } body })
            throw Failures.Of(answer, Action, answer.Judge());
        return read(body)
            ?? throw Failures.Of(UploadedImageReader.Refusal(answer, body), Action, new SubmitVerdict(SubmitOutcome.Rejected));
    }
}
