using System.Globalization;
using System.Text.Json;

namespace Evolink.Client;

/// <summary>Reads the Files API's <c>{success, code, msg, data: {file_url, expires_at}}</c>.</summary>
internal static class UploadedImageReader
{
    /// <summary>The image, or <see langword="null"/> where the upload failed, whatever the HTTP status said.</summary>
    public static UploadedImage? Read(JsonElement body)
    {
        if (body.Flag("success") == false || body.Object("data") is not { } data) return null;
        return data.Text("file_url") is { } url && Uri.TryCreate(url, UriKind.Absolute, out var link) && link.Scheme.StartsWith("http", StringComparison.Ordinal)
            ? new UploadedImage(url, ReadTime(data))
            : null;
    }

    /// <summary>The answer with the reason that stands in the body instead of an envelope.</summary>
    public static ApiAnswer Refusal(ApiAnswer answer, JsonElement body) => answer.Error is not null
        ? answer
        : answer with { Error = new EvolinkError(EvolinkErrorCodes.UploadFailed, body.Text("msg") ?? body.Text("message") ?? "no reason given", "upload_error") };

    // Documented as text; a Unix time, in seconds or milliseconds, is read as well.
    private static DateTimeOffset? ReadTime(JsonElement data) => data.Whole("expires_at") switch
    {
        > 0 and < 100_000_000_000 and var seconds => DateTimeOffset.FromUnixTimeSeconds(seconds),
        >= 100_000_000_000 and < 100_000_000_000_000 and var milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
        _ => DateTimeOffset.TryParse(data.Text("expires_at"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null,
    };
}
