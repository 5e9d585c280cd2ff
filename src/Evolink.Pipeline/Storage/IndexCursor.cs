using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Evolink.Pipeline.Storage;

/// <summary>A place in a <see cref="ClientIndex"/>. It stays good while entries come in before it and are deleted around it.</summary>
/// <param name="Page">Storage's own token of the page that holds the entry; null: the first page.</param>
/// <param name="Name">The entry's name, by which entries are ordered.</param>
public sealed record IndexCursor(string? Page, string Name)
{
    private const char Separator = '\n';
    private const int LongestText = 4096;

    /// <summary>Reads what <see cref="ToString"/> wrote, and a client sent.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IndexCursor? cursor)
    {
        cursor = text is { Length: > 0 and <= LongestText } && Base64Url.IsValid(text)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(Separator) is [var page, { Length: > 0 } name]
            ? new IndexCursor(page.Length == 0 ? null : page, name)
            : null;
        return cursor is not null;
    }

    /// <summary>The cursor as clients pass it back; opaque to them.</summary>
    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{Page}{Separator}{Name}"));
}
