using System.Globalization;
using System.Text;

namespace Evolink.Functions.Tests.Properties;

/// <summary>Bodies of models, described ones and such as nobody knows, with fields, numbers and texts that no type holds.</summary>
internal static class RandomBody
{
    private static readonly string[] Described =
    [
        """{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/a.png"]}""",
        """{"prompt":"A cat","model":"wan2.6-text-to-video", "aspect_ratio":"9:16"}""",
        """{"model":"wan2.6-reference-video","prompt":"A cat","video_urls":["http://example.com/a.mp4"]}""",
        """{"model":"wan2.7-image-to-video","prompt":"A cat","image_start":"https://example.com/a.png","seed":7}""",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "9007199254740993", "-0.10e5", "123456789012345678901234567890", "\"\"", "\"\\u732b 猫 🐈\"", "\"\\ud83d\\udc08\"", "\"a\\/b\\n\"",
        "\"https://example.com/x?a=1&b=%2F\"",
    ];

    /// <summary>A body.</summary>
    /// <param name="draw">Draws a number below the one given; 0 is the ordinary case.</param>
    public static string Make(Func<int, int> draw)
    {
        int kind = draw(Described.Length * 3);
        if (kind < Described.Length)
            return Described[kind];
        List<string> members = [$"\"model\":\"model-{draw(100)}.{draw(9)}\""];
        if (draw(3) > 0)
            members.Add("\"prompt\":\"A cat\"");
        if (draw(2) > 0)
            members.Add(string.Create(CultureInfo.InvariantCulture, $"\"n\":{1 + draw(3)}"));
        for (int field = draw(5); field > 0; field--)
            members.Insert(draw(members.Count + 1), $"\"f{field}\"{Blank(draw)}:{Blank(draw)}{Value(draw, 3)}");
        return $"{{{Blank(draw)}{string.Join($",{Blank(draw)}", members)}{Blank(draw)}}}";
    }

    private static string Blank(Func<int, int> draw) => draw(4) == 3 ? " \n" : "";

    private static string Value(Func<int, int> draw, int depth)
    {
        int kind = draw(Scalars.Length + (depth > 0 ? 2 : 0));
        if (kind < Scalars.Length)
            return Scalars[kind];
        StringBuilder value = new();
        for (int i = draw(4); i > 0; i--)
            value.Append(value.Length > 0 ? "," : "").Append(kind == Scalars.Length ? "" : $"\"k{i}\":").Append(Value(draw, depth - 1));
        return kind == Scalars.Length ? $"[{value}]" : $"{{{value}}}";
    }
}
