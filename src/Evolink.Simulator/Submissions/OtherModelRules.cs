using System.Text.Json;

namespace Evolink.Simulator;

/// <summary>
/// What is the same for all other models: a prompt that is no text, a link that cannot be opened, a length that is no number are
/// refused; the rest is the
/// model's own business. Two fields make several results: <c>n</c> videos, and with <c>return_last_frame</c> a picture of the last frame.
/// </summary>
internal sealed class OtherModelRules(bool allowLoopback, Uri ownFiles)
{
    private const int DefaultDuration = 5;
    private const int LongestDuration = 60;
    private const int MostVideos = 4;

    /// <exception cref="MistakeException">It is not right.</exception>
    public GenerationOrder Read(JsonElement body, string model, string? callbackUrl)
    {
        CheckLinks(body, null);
        string? quality = RequestRules.Text(body, "quality");
        return new GenerationOrder(
            model,
            RequestRules.Text(body, "prompt") ?? "",
            Number(body, "duration", DefaultDuration, LongestDuration),
            quality == "1080p" ? quality : "720p",
            ImageUrl: null,
            callbackUrl)
        {
            Videos = Number(body, "n", 1, MostVideos),
            WithLastFrame = body.TryGetProperty("return_last_frame", out JsonElement frame) && frame.ValueKind == JsonValueKind.True,
        };
    }

    private static int Number(JsonElement body, string name, int otherwise, int most)
    {
        if (!body.TryGetProperty(name, out JsonElement value))
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal number) && decimal.Truncate(number) == number && number >= 1
            ? (int)Math.Min(number, most)
            : throw new MistakeException(name, $"{name} must be a positive integer.");
    }

    private void CheckLinks(JsonElement value, string? name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject())
                    CheckLinks(member.Value, member.Name);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                    CheckLinks(item, name);
                break;
            case JsonValueKind.String when name is not null && (name.EndsWith("_url", StringComparison.Ordinal) || name.EndsWith("_urls", StringComparison.Ordinal)):
                string url = RequestRules.String(value, name);
                if (!url.StartsWith(ownFiles.AbsoluteUri, StringComparison.Ordinal) && Addresses.Problem(url, allowLoopback) is { } problem)
                    throw new MistakeException(name, $"{name} {problem}.");
                break;
        }
    }
}
