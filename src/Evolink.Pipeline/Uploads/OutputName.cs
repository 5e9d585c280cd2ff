using System.Text.RegularExpressions;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Videos;

namespace Evolink.Pipeline.Uploads;

/// <summary>
/// Makes the name of an upload's video from a template such as <c>{folder}/{name}.mp4</c>. The name is fixed when the upload becomes a job
/// and stands in its record, so that another template changes nothing for jobs in flight, and a delete finds the copy.
/// </summary>
public static partial class OutputName
{
    private const string Folder = "{folder}";
    private const string Name = "{name}";
    private const string Id = "{id}";

    // Uploads' names may have 1,024 characters themselves; the job's id may follow where the name is taken.
    private const int LongestName = 1024 - 60;

    /// <summary>What a template may hold.</summary>
    public const string Rule =
        "a path such as {folder}/{name}.mp4, with {name} or {id} in its last part, and no other placeholders but {folder} and {extension}";

    /// <summary>Whether a template names videos, and each of them under its own name.</summary>
    public static bool IsTemplate(string template)
    {
        string[] parts = template.Split('/');
        return parts.All(part => part.Length > 0 && part.Any(letter => letter != '.'))
            && (parts[^1].Contains(Name, StringComparison.Ordinal) || parts[^1].Contains(Id, StringComparison.Ordinal))
            && Placeholder().Replace(template, "").AsSpan().IndexOfAny("{}\\") < 0
            && !template.Any(char.IsControl)
            && template.Length <= LongestName;
    }

    /// <summary>
    /// The name of the video of an upload, below <see cref="NamedVideos.Folder"/>; the job's id where no usable one comes out.
    /// </summary>
    /// <param name="template">A template for which <see cref="IsTemplate"/> holds.</param>
    /// <param name="upload">Name of the upload: anybody's text.</param>
    /// <param name="id">The job.</param>
    public static string Render(string template, string upload, JobId id)
    {
        int slash = upload.LastIndexOf('/');
        string file = upload[(slash + 1)..];
        // A name that only begins with a dot has no extension.
        int dot = file.LastIndexOf('.') is > 0 and var at ? at : file.Length;
        // In one pass: what an upload is called is never read as a placeholder.
        string path = Placeholder().Replace(template, placeholder => placeholder.Value switch
        {
            Folder => slash < 0 ? "" : upload[..slash],
            Name => file[..dot],
            Id => id.Value,
            _ => file[dot..].TrimStart('.'),
        });
        // Without a folder the template's separator is left over.
        string name = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Clean));
        return name.Length is > 0 and <= LongestName ? name : $"{id}.mp4";
    }

    // Storage drops a dot at the end of a part and resolves dot segments; clients turn backslashes into separators.
    private static string Clean(string part)
    {
        char[] letters = [.. part.Select((letter, i) => IsUsable(part, i) ? letter : '_')];
        for (int i = letters.Length - 1; i >= 0 && letters[i] == '.'; i--)
            letters[i] = '_';
        return new string(letters);
    }

    private static bool IsUsable(string text, int i) => text[i] switch
    {
        '\\' => false,
        var letter when char.IsControl(letter) || letter is '\uFFFE' or '\uFFFF' => false,
        var letter when char.IsHighSurrogate(letter) => i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]),
        var letter when char.IsLowSurrogate(letter) => i > 0 && char.IsHighSurrogate(text[i - 1]),
        _ => true,
    };

    [GeneratedRegex(
        @"\{(folder|name|extension|id)\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
