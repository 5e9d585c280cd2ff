namespace Evolink.Client;

/// <summary>What the Files API takes.</summary>
internal static class UploadRules
{
    private const long MaxBytes = 10 * 1024 * 1024;

    public static void Check(Stream image, string contentType)
    {
        List<ValidationIssue> issues = [];
        if (contentType.ToLowerInvariant() is not ("image/jpeg" or "image/jpg" or "image/png" or "image/gif" or "image/webp"))
        {
            var why = contentType.Contains("bmp", StringComparison.OrdinalIgnoreCase)
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

    /// <summary>A name that fits into a header as it is.</summary>
    public static string SafeName(string fileName)
    {
        var name = new string([.. Path.GetFileName(fileName).Where(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_')]);
        return name.Length is > 0 and <= 100 ? name : "image";
    }
}
