using System.Security.Cryptography;
using System.Text;
using Evolink.Pipeline.Images;

namespace Evolink.LocalHost.Cli;

/// <summary>Finds the images that a command line names: links, files, and patterns of files that the shell left alone.</summary>
internal static class ImageFiles
{
    private static readonly EnumerationOptions Matching = new() { MatchCasing = MatchCasing.PlatformDefault };

    /// <summary>Every image once, in the order of the names given; those of a pattern in the order of theirs.</summary>
    /// <exception cref="UsageException">One is not there, is too large, or cannot be read.</exception>
    public static IReadOnlyList<InputImage> Find(IEnumerable<string> names) =>
        [.. names.SelectMany(Expand).DistinctBy(name => InputImage.IsLink(name) ? name : Path.GetFullPath(name)).Select(Check)];

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

    private static InputImage Check(string name)
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
            if (file.Length > ImageCheck.MaxBytes)
                throw new UsageException($"The image {name} has {file.Length / 1048576.0:0.0} MB; Evolink takes at most 10.");
            // As the app does, and before anything starts: of many images, none is paid for where one is no good.
            byte[] bytes = File.ReadAllBytes(name);
            ImageVerdict verdict = ImageCheck.Check(bytes);
            return verdict.Kind is { } kind
                ? new InputImage(name, kind.ContentType, Hash(bytes))
                : throw new UsageException($"The image {name} cannot be used: {verdict.Problem}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The image {name} cannot be read: {e.Message}", e);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
