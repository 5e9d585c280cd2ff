using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Support;

/// <summary>
/// A body for each kind of model at Evolink's one route, with fields, numbers and an order that no type of ours would keep.
/// </summary>
public static partial class ModelBodies
{
    private const string Image = "https://example.com/cat.png";
    private const string Video = "https://example.com/cat.mp4";

    /// <summary>The bodies, by model; <c>PROMPT</c> stands for the test's own.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["wan2.6-image-to-video"] = $$"""{"duration":2.0,"prompt":"PROMPT","image_urls":[ "{{Image}}" ],"model":"wan2.6-image-to-video"}""",
        ["wan2.6-image-to-video-flash"] = $$"""{"prompt":"PROMPT","model":"wan2.6-image-to-video-flash","image_urls":["{{Image}}"],"duration":2}""",
        ["wan2.6-text-to-video"] = """{ "model" : "wan2.6-text-to-video", "prompt" : "PROMPT", "aspect_ratio" : "9:16", "duration" : 2 }""",
        ["wan2.6-reference-video"] =
            """{"model":"wan2.6-reference-video","video_urls":["http://example.com/a.mp4","https://example.com/b.mov"],"prompt":"PROMPT"}""",
        ["wan2.6-reference-video-flash"] = $$"""{"model":"wan2.6-reference-video-flash","prompt":"PROMPT","video_urls":["{{Video}}"]}""",
        ["wan2.7-text-to-video"] =
            """{"model":"wan2.7-text-to-video","prompt":"PROMPT","audio_urls":["https://example.com/a.wav"],"seed":42,"negative_prompt":"dogs"}""",
        ["wan2.7-image-to-video"] =
            $$"""{"model":"wan2.7-image-to-video","generation_mode":"first_last_frame","image_end":"{{Image}}","image_start":"{{Image}}","prompt":"PROMPT"}""",
        ["wan2.7-reference-video"] =
            $$"""{"model":"wan2.7-reference-video","prompt":"PROMPT","image_urls":["{{Image}}"],"video_urls":["{{Video}}"],"duration":10}""",
        ["kling-o1-image-to-video"] =
            $$"""{"model":"kling-o1-image-to-video","image_urls":["{{Image}}","{{Image}}?last"],"aspect_ratio":"21:9","prompt":"PROMPT"}""",
        ["kling-o1-video-edit-fast"] =
            $$"""{"model":"kling-o1-video-edit-fast","prompt":"PROMPT","video_urls":["{{Video}}"],"image_urls":[],"keep_audio":null}""",
        ["kling-o3-image-to-video"] =
            $$"""{"model":"kling-o3-image-to-video","multi_shot":true,"multi_prompt":[{"index":1,"prompt":"PROMPT"}],"image_start":"{{Image}}","prompt":"PROMPT"}""",
        ["kling-v3-motion-control"] =
            $$$"""{"model":"kling-v3-motion-control","image_urls":["{{{Image}}}"],"video_urls":["{{{Video}}}"],"model_params":{"character_orientation":"video"}}""",
        ["MiniMax-Hailuo-2.3"] = $$"""{"model":"MiniMax-Hailuo-2.3","prompt":"PROMPT","quality":"768p","duration":6,"image_urls":["{{Image}}"]}""",
        ["MiniMax-Hailuo-02"] = """{"model":"MiniMax-Hailuo-02","prompt":"PROMPT","quality":"512p","duration":10}""",
        ["seedance-2.0-lite"] =
            """{"model":"seedance-2.0-lite","prompt":"PROMPT","n":2,"return_last_frame":true,"seed":9007199254740993,"duration":2}""",
        ["sora-2-pro"] =
            """{"zeta":[1.50,1e5,123456789012345678901234567890],"model":"sora-2-pro","prompt":"PROMPT \u732b 🐈 \ud83d\udc08",  "alpha":{"b":null,"a":[[],{}]}}""",
    };

    /// <summary>The body without our callback, which must differ.</summary>
    public static string WithoutCallback(string body) => Callback().Replace(body, string.Empty);

    [GeneratedRegex(""","callback_url":"[^"]*"(?=\s*\}$)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Callback();
}
