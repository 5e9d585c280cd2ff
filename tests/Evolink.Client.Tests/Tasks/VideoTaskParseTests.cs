using System.Text;

namespace Evolink.Client.Tests;

public sealed class VideoTaskParseTests
{
    [Theory]
    [InlineData("""["https://a/1.mp4"]""", "https://a/1.mp4")]
    [InlineData("""["https://a/1.mp4","https://a/2.mp4"]""", "https://a/1.mp4 https://a/2.mp4")]
    [InlineData("\"https://a/1.mp4\"", "https://a/1.mp4")]
    [InlineData("""{"url":"https://a/1.mp4"}""", "https://a/1.mp4")]
    [InlineData("""[{"video_url":"https://a/1.mp4"},null,7,""]""", "https://a/1.mp4")]
    [InlineData("""["https://a/~*+%20.mp4?a=1&b=%2B"]""", "https://a/~*+%20.mp4?a=1&b=%2B")]
    [InlineData("null", null), InlineData("[]", null), InlineData("{}", null), InlineData("7", null), InlineData("[[]]", null), InlineData("\" \"", null)]
    public void Results_are_links_or_nothing(string results, string? expected)
    {
        var task = Parse($$"""{"id":"t","status":"completed","results":{{results}}}""");
        Assert.Equal(expected, task!.Results is null ? null : Joined(task));
        Assert.NotEqual(0, task.Results?.Count ?? 1);
    }

    [Theory]
    [InlineData("""{"results":[{"video":{"url":"https://a/1.mp4"}}]}""", "https://a/1.mp4")]
    [InlineData("""{"results":{"videos":[{"url":"https://a/1.mp4"},{"url":"https://a/2.mp4"}]}}""", "https://a/1.mp4 https://a/2.mp4")]
    [InlineData("""{"results":["https://a/poster.jpg"," https://a/1.mp4\n"]}""", "https://a/poster.jpg https://a/1.mp4")]
    [InlineData("""{"results":[{"cover":"https://a/cover.jpg","id":"x","video_url":"https://a/1.mp4"}]}""", "https://a/1.mp4 https://a/cover.jpg")]
    [InlineData("""{"results":"[\"https://a/1.mp4\"]"}""", "https://a/1.mp4")]
    [InlineData("""{"results":"{\"url\":\"https://a/1.mp4\"}"}""", "https://a/1.mp4")]
    [InlineData("""{"results":[["https://a/1.mp4"]]}""", "https://a/1.mp4")]
    [InlineData("""{"results":[],"output":["https://a/1.mp4"]}""", "https://a/1.mp4")]
    [InlineData("""{"data":["https://a/1.mp4"]}""", "https://a/1.mp4")]
    [InlineData("""{"data":[{"result":{"file":"https://a/1.mp4"}}]}""", "https://a/1.mp4")]
    [InlineData("""{"task_result":{"videos":[{"url":"https://a/1.mp4","duration":"5"}]}}""", "https://a/1.mp4")]
    [InlineData("""{"results":["https://a/1.mp4"],"output":"https://b/2.mp4"}""", "https://a/1.mp4")]
    public void Links_are_found_wherever_they_stand(string members, string expected) =>
        Assert.Equal(expected, Joined(Parse($$"""{"id":"t","status":"completed",{{members[1..]}}""")!));

    [Theory]
    [InlineData("input"), InlineData("params"), InlineData("request"), InlineData("metadata"), InlineData("reference_video_url"), InlineData("prompt")]
    [InlineData("image_urls"), InlineData("audio_url"), InlineData("callback_url"), InlineData("webhook"), InlineData("error")]
    public void A_link_that_the_task_repeats_of_its_request_is_no_result(string member)
    {
        Assert.Null(Parse($$"""{"id":"t","status":"completed","{{member}}":"https://mine.example/a.mp4"}""")!.Results);
        Assert.Null(Parse($$$"""{"id":"t","status":"completed","{{{member}}}":{"video_url":["https://mine.example/a.mp4"]}}""")!.Results);
    }

    [Fact]
    public void White_space_around_a_status_does_not_count() => Assert.True(Parse("""{"id":"t","status":" completed\n"}""")!.Status.IsCompleted);

    [Theory]
    [InlineData("""{"video_url":"https://a/1.mp4"}"""), InlineData("""[{"url":"https://a/1.mp4"}]""")]
    public void Result_data_helps_where_results_are_empty(string data)
    {
        Assert.Equal("https://a/1.mp4", Joined(Parse($$"""{"id":"t","results":[],"result_data":{{data}}}""")!));
        Assert.Equal("https://b/2.mp4", Joined(Parse($$"""{"id":"t","results":["https://b/2.mp4"],"result_data":{{data}}}""")!));
    }

    [Theory]
    [InlineData("45", 45), InlineData("\"45\"", 45), InlineData("45.9", 45), InlineData("140", 100), InlineData("-5", 0), InlineData("1e2", 100)]
    [InlineData("null", null), InlineData("\"half\"", null), InlineData("[]", null), InlineData("1e400", null)]
    public void Progress_is_a_percentage_or_nothing(string progress, int? expected) =>
        Assert.Equal(expected, Parse($$"""{"id":"t","progress":{{progress}}}""")!.Progress);

    [Fact]
    public void Numbers_in_strings_are_read()
    {
        var task = Parse("""
            {"id":123,"created":"1757169743","task_info":{"estimated_time":"120.0","can_cancel":"true"},"usage":{"credits_reserved":"5.25","credits_used":4}}
            """)!;
        Assert.Equal(
            ("123", DateTimeOffset.FromUnixTimeSeconds(1757169743), TimeSpan.FromMinutes(2), true),
            (task.Id, task.CreatedAt, task.TaskInfo!.EstimatedTime, task.TaskInfo.CanCancel));
        Assert.Equal((5.25m, 4m), (task.Usage!.CreditsReserved, task.Usage.CreditsUsed));
    }

    [Fact]
    public void Wrong_types_count_as_missing()
    {
        var task = Parse("""{"id":"t","created":{},"model":[],"status":7.5,"task_info":"x","usage":[],"error":9,"progress":true,"type":false}""")!;
        Assert.Equal(("t", "7.5"), (task.Id, task.Status.Value));
        Assert.True(task is { CreatedAt: null, Model: null, TaskInfo: null, Usage: null, Error: null, Progress: null, Type: null, Results: null });
    }

    [Theory]
    [InlineData("""{"code":"generation_timeout","message":"a\nb","type":"task_error"}""", "generation_timeout", "a\nb")]
    [InlineData("""{"code":500,"message":null}""", "500", null)]
    [InlineData("\"it broke\"", null, "it broke")]
    public void An_error_is_an_object_or_a_string(string error, string? code, string? message)
    {
        var read = Parse($$"""{"id":"t","status":"failed","error":{{error}}}""")!.Error!;
        Assert.Equal((code, message), (read.Code, read.Message));
    }

    [Theory]
    [InlineData("pending", false, false), InlineData("processing", false, false), InlineData("queued", false, false), InlineData("", false, false)]
    [InlineData("completed", true, false), InlineData("COMPLETED", true, false), InlineData("failed", true, true)]
    [InlineData("cancelled", true, true), InlineData("canceled", true, true)]
    public void Unknown_statuses_go_on_and_known_ends_end(string status, bool terminal, bool failed)
    {
        var task = Parse($$"""{"id":"t","status":"{{status}}"}""")!;
        Assert.Equal((status, terminal, failed), (task.Status.ToString(), task.Status.IsTerminal, task.Status.IsFailed));
    }

    [Fact]
    public void A_task_without_a_status_is_not_over() => Assert.False(Parse("""{"id":"t"}""")!.Status.IsTerminal);

    [Fact]
    public void A_wrapped_task_is_unwrapped_once()
    {
        Assert.Equal("t", Parse("""{"code":200,"data":{"id":"t","status":"completed"}}""")!.Id);
        Assert.Null(Parse("""{"data":{"data":{"id":"t"}}}"""));
        Assert.Equal("outer", Parse("""{"id":"outer","data":{"id":"inner"}}""")!.Id);
    }

    [Theory]
    [InlineData(""), InlineData("{}"), InlineData("[]"), InlineData("null"), InlineData("7"), InlineData("<html>"), InlineData("""{"id":"t" """), InlineData("""{"error":{"code":"x"}}""")]
    [InlineData("""{"id":null,"status":null}""")]
    public void What_is_no_task_is_not_taken_for_one(string json) => Assert.Null(Parse(json));

    [Fact]
    public void Hostile_json_does_no_harm()
    {
        Assert.Null(Parse(new string('[', 100_000)));
        Assert.Null(Parse("{\"id\":\"t\",\"results\":" + new string('[', 100) + new string(']', 100) + "}"));
        Assert.Null(Parse("{\"id\":\"t\",\"results\":" + string.Concat(Enumerable.Repeat("{\"url\":", 50)) + "1" + new string('}', 51))!.Results);
        Assert.Null(Parse("""{"id":"t","model":"\ud83d"}""")!.Model);
        Assert.Null(VideoTask.Parse(new byte[] { (byte)'{', (byte)'"', 0xFF, 0xFE, (byte)'"', (byte)':', (byte)'1', (byte)'}' }));
        Assert.Equal(16, Parse("{\"id\":\"t\",\"results\":[" + string.Join(',', Enumerable.Repeat("\"https://a/\"", 1000)) + "]}")!.Results!.Count);
    }

    private static string Joined(VideoTask task) => string.Join(' ', (task.Results ?? []).Select(link => link.OriginalString));

    private static VideoTask? Parse(string json) => VideoTask.Parse(Encoding.UTF8.GetBytes(json));
}
