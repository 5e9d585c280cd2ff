using System.Text;
using System.Text.Json;

namespace Evolink.Client;

/// <summary>
/// Finds the links to a video in a task. Documented is an array of strings in <c>results</c>; <c>result_data.video_url</c> was seen
/// beside it, and services of the same kind put them into objects (<c>video.url</c>), other members (<c>output</c>, <c>data</c>), or JSON
/// within a string.
/// </summary>
internal static class VideoTaskLinks
{
    private const int Most = 16;
    private const int Deepest = 8;

    private static readonly string[] Documented = ["results", "result_data"];

    // Of an object, what is most likely the video comes first: a poster or a thumbnail may stand beside it.
    private static readonly string[] Likely = ["video_url", "url", "video", "videos"];

    // What a task may repeat of its request: a link in there leads to the client's own picture, sound or video.
    private static readonly string[] OfTheRequest =
    [
        "audio", "callback", "config", "error", "image", "input", "metadata", "option", "param", "prompt", "reference", "request", "usage",
        "webhook",
    ];

    /// <summary>The links, most likely ones first; null where there are none.</summary>
    public static List<string>? Find(JsonElement task)
    {
        List<string> links = [];
        foreach (string name in Documented)
        {
            if (links.Count == 0 && task.Member(name) is { } value)
                Collect(value, links, anyText: true, Deepest);
        }

        if (links.Count == 0)
            CollectMembers(task, links, Deepest);
        return links.Count == 0 ? null : links;
    }

    /// <summary>
    /// Whether the task has several results, each of which is one: <c>results</c> as documented, with more than one link. In other shapes a second link
    /// is another way to the same video, or a picture of it.
    /// </summary>
    public static bool AreSeveral(JsonElement task) => task.Member("results") is { ValueKind: JsonValueKind.Array } results
        && results.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String && item.AsText() is { } text && IsLink(text.Trim()))
        && results.EnumerateArray().Select(static item => item.AsText()!.Trim()).Distinct(StringComparer.Ordinal).Count() is > 1 and <= Most;

    private static void Collect(JsonElement value, List<string> links, bool anyText, int depth)
    {
        if (depth == 0 || links.Count >= Most)
            return;
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray().Take(Most))
                    Collect(item, links, anyText, depth - 1);
                break;
            case JsonValueKind.Object:
                CollectMembers(value, links, depth - 1);
                break;
            case JsonValueKind.String when value.AsText()?.Trim() is { Length: > 0 } text:
                if (text[0] is '[' or '{' && TolerantJson.Parse(Encoding.UTF8.GetBytes(text)) is { } inner)
                    Collect(inner, links, anyText, depth - 1);
                else if (anyText || IsLink(text))
                    links.Add(text);
                break;
        }
    }

    private static void CollectMembers(JsonElement owner, List<string> links, int depth)
    {
        foreach (string name in Likely)
        {
            if (owner.Member(name) is { } value)
                Collect(value, links, anyText: name is "video_url" or "url", depth);
        }

        foreach (var member in owner.EnumerateObject().Take(Most * Most))
        {
            if (!Likely.Contains(member.Name, StringComparer.Ordinal) && !IsOfTheRequest(member.Name))
                Collect(member.Value, links, anyText: false, depth);
        }
    }

    private static bool IsOfTheRequest(string name) => OfTheRequest.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static bool IsLink(string text) =>
        text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}
