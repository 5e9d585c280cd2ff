using System.Text;

namespace Evolink.Client;

/// <summary>
/// The rules of <c>POST /v1/videos/generations</c>: those of <c>wan2.6-image-to-video</c> by the contract's letter, those of the other models in
/// <see cref="VideoModels"/> by their fields, and of all others what holds for every request.
/// </summary>
/// <remarks>
/// Where the contract leaves room: the path of <c>audio_url</c> must end in <c>.mp3</c> (in any case; a query may follow), because the
/// format is the one thing about the file that can be seen from here; <c>shot_type</c> next to <c>prompt_extend: false</c> is refused,
/// because Evolink would charge for it and ignore it; images and audio on hosts that are not public are refused like callbacks there,
/// because Evolink could not load them.
/// </remarks>
public static class VideoGenerationRequestValidator
{
    /// <summary>Most characters (Unicode code points) of a prompt.</summary>
    public const int MaxPromptLength = 1500;

    /// <summary>Shortest video, in seconds.</summary>
    public const int MinDuration = 2;

    /// <summary>Longest video, in seconds.</summary>
    public const int MaxDuration = 15;

    /// <summary>Most characters of a callback url.</summary>
    public const int MaxCallbackUrlLength = 2048;

    /// <summary>Most characters of a reference, and of each text in the metadata.</summary>
    public const int MaxReferenceLength = 256;

    /// <summary>Most texts in the metadata.</summary>
    public const int MaxMetadata = 16;

    /// <summary>Most characters of a name in the metadata.</summary>
    public const int MaxMetadataNameLength = 40;

    private static readonly ValidationOptions Strict = new();

    /// <summary>Finds every mistake of a request, in the order of its fields; empty when there is none.</summary>
    public static IReadOnlyList<ValidationIssue> Validate(VideoGenerationRequest request, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        options ??= Strict;
        if (request.Json is { } json && !IsSeeds(request.Model)) return ModelRules.Check(json, VideoModels.Find(request.Model), options);
        string[] unreadable = [.. request.Unreadable()];
        return unreadable.Length == 0
            ? CheckProperties(request, options)
            :
            [
                .. unreadable.Select(static name => new ValidationIssue(name, ValidationCodes.Malformed, $"{name} has a value of the wrong type.")),
                .. CheckProperties(request, options).Where(issue => !unreadable.Contains(issue.Param, StringComparer.Ordinal)),
            ];
    }

    private static IReadOnlyList<ValidationIssue> CheckProperties(VideoGenerationRequest request, ValidationOptions options)
    {
        ValidationIssue?[] found =
        [
            CheckModel(request.Model),
            CheckPrompt("prompt", request.Prompt, MaxPromptLength),
            CheckDuration(request.Duration),
            CheckQuality(request.Quality),
            .. CheckImages(request.ImageUrls, options),
            .. CheckShotType(request.ModelParams?.ShotType, request.PromptExtend),
            CheckAudio(request.AudioUrl, options),
            CheckCallback(request.CallbackUrl, options),
            request.Reference is { } reference ? CheckOwnText("reference", reference) : null,
            .. CheckMetadata(request.Metadata),
        ];
        return [.. found.OfType<ValidationIssue>()];
    }

    private static ValidationIssue? CheckModel(string? model) => model switch
    {
        _ when IsSeeds(model) => null,
        null or "" => new("model", ValidationCodes.Required, $"model is missing; give {VideoGenerationRequest.Wan26ImageToVideo}."),
        _ => new("model", ValidationCodes.NotSupported,
            $"model is {Quote(model)}; these properties are those of {VideoGenerationRequest.Wan26ImageToVideo}. "
            + $"Make a request for another model by {nameof(VideoGenerationRequest)}.{nameof(VideoGenerationRequest.Of)}."),
    };

    // The two models whose fields the properties are.
    internal static bool IsSeeds(string? model) =>
        model is VideoGenerationRequest.Wan26ImageToVideo or VideoGenerationRequest.Wan26ImageToVideoFlash;

    /// <param name="param">The field.</param>
    /// <param name="prompt">Its text.</param>
    /// <param name="most">Most characters.</param>
    internal static ValidationIssue? CheckPrompt(string param, string? prompt, int most)
    {
        if (string.IsNullOrWhiteSpace(prompt))
        {
            return new(param, ValidationCodes.Required, $"{param} is missing or blank; say what the video shall show.");
        }

        var length = 0;
        var isVisible = false;
        Rune? control = null;
        for (var rest = prompt.AsSpan(); !rest.IsEmpty; length++)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return new(param, ValidationCodes.Malformed,
                    $"{param} has half of a surrogate pair at index {prompt.Length - rest.Length}; give well-formed Unicode text.");
            }

            isVisible |= VisibleText.IsVisible(rune);
            control ??= VisibleText.IsStrayControl(rune) ? rune : null;
            rest = rest[consumed..];
        }

        return (isVisible, control, length) switch
        {
            (false, _, _) => new(param, ValidationCodes.Required,
                $"{param} is blank: it has no visible character, only such as {VisibleText.NameOfFirstInvisible(prompt)}; "
                + "say what the video shall show."),
            (_, { } found, _) => new(param, ValidationCodes.Malformed,
                $"{param} has the control character {VisibleText.NameOf(found)} in it; of those, only tabs and line breaks are allowed."),
            _ when length > most => new(param, ValidationCodes.TooLong,
                $"{param} has {length} characters (Unicode code points); at most {most} are allowed."),
            _ => null,
        };
    }

    private static ValidationIssue? CheckDuration(int? duration) => duration is null or (>= MinDuration and <= MaxDuration)
        ? null
        : new("duration", ValidationCodes.OutOfRange,
            $"duration is {duration}; it must be a whole number of seconds from {MinDuration} to {MaxDuration}.");

    private static ValidationIssue? CheckQuality(string? quality) => quality is null or "720p" or "1080p"
        ? null
        : new("quality", ValidationCodes.NotSupported, $"quality is {Quote(quality)}; it must be 720p or 1080p.");

    private static IEnumerable<ValidationIssue?> CheckImages(IReadOnlyList<string>? urls, ValidationOptions options)
    {
        if (urls is null or [])
        {
            yield return new("image_urls", ValidationCodes.Required, "image_urls is missing or empty; give the link of exactly one image.");
            yield break;
        }

        if (urls.Count > 1)
        {
            yield return new("image_urls", ValidationCodes.OutOfRange, $"image_urls has {urls.Count} links; give exactly one.");
        }

        // A client's list may be endless, the answer need not be.
        for (var index = 0; index < Math.Min(urls.Count, 10); index++)
        {
            var param = $"image_urls[{index}]";
            yield return string.IsNullOrEmpty(urls[index])
                ? new(param, ValidationCodes.Required, $"{param} is empty; give the https link of an image.")
                : UrlRules.Check(param, urls[index], options);
        }
    }

    internal static IEnumerable<ValidationIssue?> CheckShotType(string? shotType, bool? promptExtend)
    {
        const string param = "model_params.shot_type";
        if (shotType is null) yield break;
        if (shotType is not ("single" or "multi"))
        {
            yield return new(param, ValidationCodes.NotSupported, $"{param} is {Quote(shotType)}; it must be single or multi.");
        }

        if (promptExtend == false)
        {
            yield return new(param, ValidationCodes.Conflict,
                $"{param} has no effect while prompt_extend is false; leave one of the two out.");
        }
    }

    internal static ValidationIssue? CheckAudio(string? url, ValidationOptions options)
    {
        if (url is null) return null;
        if (UrlRules.Check("audio_url", url, options) is { } issue) return issue;
        return new Uri(url).AbsolutePath.EndsWith(".mp3", StringComparison.OrdinalIgnoreCase)
            ? null
            : new("audio_url", ValidationCodes.NotSupported, "audio_url does not name an mp3 file; its path must end in .mp3.");
    }

    internal static ValidationIssue? CheckCallback(string? url, ValidationOptions options) => url switch
    {
        null => null,
        { Length: > MaxCallbackUrlLength } => new("callback_url", ValidationCodes.TooLong,
            $"callback_url has {url.Length} characters; at most {MaxCallbackUrlLength} are allowed."),
        _ => UrlRules.Check("callback_url", url, options),
    };

    /// <summary>Whether a text can be a <see cref="VideoGenerationRequest.Reference"/>.</summary>
    public static bool IsReference(string text) => CheckOwnText("reference", text) is null;

    internal static ValidationIssue? CheckOwnText(string param, string text) => text switch
    {
        "" => new(param, ValidationCodes.Required, $"{param} is empty; leave it out, or give a text."),
        _ when text.EnumerateRunes().Count() is > MaxReferenceLength and var length => new(param, ValidationCodes.TooLong,
            $"{param} has {length} characters (Unicode code points); at most {MaxReferenceLength} are allowed."),
        _ when text.Any(char.IsControl) => new(param, ValidationCodes.Malformed,
            $"{param} has a control character in it; give a text of one line."),
        _ => null,
    };

    internal static IEnumerable<ValidationIssue?> CheckMetadata(IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null) yield break;
        if (metadata.Count > MaxMetadata)
        {
            yield return new("metadata", ValidationCodes.TooLong,
                $"metadata has {metadata.Count} texts; at most {MaxMetadata} are allowed.");
            yield break;
        }

        foreach ((string name, string text) in metadata)
        {
            yield return name is { Length: > 0 and <= MaxMetadataNameLength }
                && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')
                ? CheckOwnText($"metadata.{name}", text)
                : new("metadata", ValidationCodes.Malformed,
                    $"metadata has the name {Quote(name)}; a name has 1 to {MaxMetadataNameLength} characters of A-Z, a-z, 0-9 and _.");
        }
    }

    internal static string Quote(string value) => value.Length <= 40 ? $"'{value}'" : $"'{value.AsSpan(0, 40)}...'";
}
