using System.Text.Json;

namespace Evolink.Client;

/// <summary>Reads the Files API's <c>{success, code, msg, data: {file_url, expires_at}}</c>.</summary>
internal static class UploadedImageReader
{
    /// <summary>The image, or <see langword="null"/> where the upload failed, whatever the HTTP status said.</summary>
    public static UploadedImage? Read(JsonElement body)
    {
        if (body.Flag("success") == false || body.Object("data") is not { } data) return null;
        return ReadLink(data, "file_url") is { } link ? new UploadedImage(link, data.Time("expires_at")) : null;
    }

    /// <summary>The image in the answer of an Evolink.Functions app, <c>{url}</c>.</summary>
    public static UploadedImage? ReadOfApp(JsonElement body) => ReadLink(body, "url") is { } link ? new UploadedImage(link, null) : null;

    /// <summary>The answer with the reason that stands in the body instead of an envelope.</summary>
    public static ApiAnswer Refusal(ApiAnswer answer, JsonElement body) => answer.Error is not null
        ? answer
        : answer with
        {
            Error = new EvolinkError(
                EvolinkErrorCodes.UploadFailed, body.Text("msg") ?? body.Text("message") ?? "no reason given", "upload_error"),
        };

    private static Uri? ReadLink(JsonElement data, string name) =>
        Links.TryRead(data.Text(name), out Uri? link) && link.IsAbsoluteUri && link.Scheme.StartsWith("http", StringComparison.Ordinal)
            ? link
            : null;
}
