namespace Evolink.Client;

/// <summary>What the Files API takes, and what an Evolink.Functions app does.</summary>
internal static class UploadRules
{
    private const long MaxBytes = 10 * 1024 * 1024;

    public static void Check(Stream image, string contentType, bool isForApp)
    {
        List<ValidationIssue> issues = [];
        if (!Takes(contentType.ToLowerInvariant(), isForApp))
        {
            var why = isForApp ? "the app takes jpeg, png, bmp and webp"
                : contentType.Contains("bmp", StringComparison.OrdinalIgnoreCase)
                ? "the Files API takes no bmp, although the model does; convert it to png, or give its own public link"
                : "the Files API takes jpeg, png, gif and webp";
            issues.Add(new("content_type", ValidationCodes.NotSupported, $"content_type is not supported: {why}."));
        }

        if (image.CanSeek && image.Length - image.Position is var length and (<= 0 or > MaxBytes))
        {
            issues.Add(new("file", ValidationCodes.OutOfRange, $"file has {length} bytes; it must have 1 to {MaxBytes}."));
        }

        if (issues.Count > 0) throw new EvolinkValidationException(issues);
    }

    private static bool Takes(string contentType, bool isForApp) => contentType switch
    {
        "image/jpeg" or "image/jpg" or "image/png" or "image/webp" => true,
        "image/gif" => !isForApp,
        "image/bmp" or "image/x-ms-bmp" => isForApp,
        _ => false,
    };

    /// <summary>A name that fits into a header as it is.</summary>
    public static string SafeName(string fileName)
    {
        var name = new string([.. Path.GetFileName(fileName).Where(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_')]);
        return name.Length is > 0 and <= 100 ? name : "image";
    }
}
