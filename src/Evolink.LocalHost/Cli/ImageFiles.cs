using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Images;

namespace Evolink.LocalHost.Cli;

/// <summary>Finds the images that a command line names: links, files, and patterns of files that the shell left alone.</summary>
internal static class ImageFiles
{
    private static readonly EnumerationOptions Matching = new() { MatchCasing = MatchCasing.PlatformDefault };

    /// <summary>Every image once, in the order of the names given; those of a pattern in the order of theirs.</summary>
    /// <param name="names">As they were given.</param>
    /// <param name="fit">Whether a picture that Evolink would not take is made to fit, where it can be.</param>
    /// <exception cref="UsageException">One is not there, is too large, or cannot be read.</exception>
    public static IReadOnlyList<InputImage> Find(IEnumerable<string> names, bool fit) =>
    [
        .. names.SelectMany(Expand)
            .DistinctBy(name => InputImage.IsLink(name) ? name : Path.GetFullPath(name))
            .Select(name => Check(name, fit)),
    ];

    private static IEnumerable<string> Expand(string name)
    {
        string pattern = Path.GetFileName(name);
        // A file may be called so.
        if (InputImage.IsLink(name) || pattern.AsSpan().IndexOfAny('*', '?') < 0 || File.Exists(name))
            return [name];
        string folder = Path.GetDirectoryName(name) is { Length: > 0 } given ? given : ".";
        string[] found = Directory.Exists(folder) ? Directory.GetFiles(folder, pattern, Matching) : [];
        return found.Length > 0 ? found.Order(StringComparer.Ordinal) : throw new UsageException($"No file matches {name}.");
    }

    private static InputImage Check(string name, bool fit)
    {
        if (InputImage.IsLink(name))
        {
            return Uri.IsWellFormedUriString(name, UriKind.Absolute)
                ? new InputImage(name, null, Hash(Encoding.UTF8.GetBytes(name)))
                : throw new UsageException($"{name} is no link.");
        }

        try
        {
            FileInfo file = new(name);
            if (!file.Exists)
                throw new UsageException(Directory.Exists(name) ? $"{name} is a folder; --image is a file." : $"There is no image {name}.");
            if (file.Length > PictureFit.MaxBytes)
                throw TooLarge(name, file.Length);
            // As the app does, and before anything starts: of many images, none is paid for where one is no good.
            byte[] bytes = File.ReadAllBytes(name);
            ImageVerdict verdict = ImageCheck.Check(bytes);
            if (verdict.Kind is { } kind)
                return new InputImage(name, kind.ContentType, Hash(bytes));
            string? changes = PictureFit.Make(bytes)?.Changes;
            if (changes is null && bytes.Length > ImageCheck.MaxBytes)
                throw TooLarge(name, bytes.Length);
            return changes is not null && fit
                ? new InputImage(name, ImageKind.Jpeg.ContentType, Hash(bytes)) { Changes = changes }
                : throw new UsageException(
                    $"The image {name} cannot be used: {verdict.Problem}{(changes is null ? "" : $" With --fit it is {changes}.")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The image {name} cannot be read: {e.Message}", e);
        }
    }

    private static UsageException TooLarge(string name, long bytes) =>
        new($"The image {name} has {bytes / 1048576.0:0.0} MB; Evolink takes at most 10.");

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
