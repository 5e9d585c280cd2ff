using System.Globalization;
using System.Text;

namespace Evolink.Client;

/// <summary>Which characters can be seen.</summary>
internal static class VisibleText
{
    // Unicode's property Default_Ignorable_Code_Point as far as the category does not tell it, and two blanks that are symbols by their
    // category.
    private static readonly (int First, int Last)[] Blank =
    [
        (0x115F, 0x1160), // Hangul fillers
        (0x1D159, 0x1D159), // musical symbol null notehead
        (0x2065, 0x2065),
        (0x2800, 0x2800), // Braille pattern without dots
        (0x3164, 0x3164), // Hangul filler
        (0xFFA0, 0xFFA0), // halfwidth Hangul filler
        (0xFFF0, 0xFFF8),
        (0xE0000, 0xE0FFF), // tags, variation selectors
    ];

    /// <summary>
    /// Whether the character shows something by itself. One that Unicode gained after this code was written counts as visible.
    /// </summary>
    public static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // A mark needs a character that it stands on.
        UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => false,
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate => false,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.OtherNotAssigned when (rune.Value & 0xFFFE) == 0xFFFE => false,
        _ => !Array.Exists(Blank, range => rune.Value >= range.First && rune.Value <= range.Last),
    };

    /// <summary>Whether the character is a C0 control, or DEL, that no text needs.</summary>
    public static bool IsStrayControl(Rune rune) => rune.Value is 0x7F or (< 0x20 and not ('\t' or '\n' or '\r'));

    /// <summary>The name of the first character that is neither visible nor white space.</summary>
    public static string NameOfFirstInvisible(string text) =>
        NameOf(text.EnumerateRunes().FirstOrDefault(rune => !Rune.IsWhiteSpace(rune) && !IsVisible(rune)));

    /// <summary>A character as its code point, as in <c>U+200B</c>.</summary>
    public static string NameOf(Rune rune) => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}");
}
