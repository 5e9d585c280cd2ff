using System.Net;
using System.Text.Json;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing.Hosting;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace EndToEnd.Tests.Mcp;

/// <summary>The tools as an assistant meets them, through the official C# client.</summary>
public sealed class McpToolTests(Apps apps) : AppTests(apps.Usual)
{
    private static readonly string[] Tools =
        ["cancel_video", "estimate_cost", "generate_video", "get_video", "list_models", "list_videos", "upload_image", "wait_for_video"];

    [Theory]
    [InlineData("2025-11-25")]
    [InlineData("2026-07-28")]
    public async Task A_video_is_made_from_an_image_and_a_prompt_by_the_last_two_releases_of_the_protocol(string protocol)
    {
        await using McpClient assistant = await ConnectAsync(protocol);
        Assert.Equal(protocol, assistant.NegotiatedProtocolVersion);
        string image = (await assistant.AskAsync("upload_image", new { data = Convert.ToBase64String(await File.ReadAllBytesAsync(Api.SamplePath)) })).GetProperty("url").GetString()!;
        string id = (await assistant.AskAsync("generate_video", Wanted(image: image))).GetProperty("id").GetString()!;

        CallToolResult done = await assistant.CallAsync("wait_for_video", new { id });
        for (int i = 0; i < 10 && done.StructuredContent!.Value.GetProperty("status").GetString() != "completed"; i++)
            done = await assistant.CallAsync("wait_for_video", new { id });

        JsonElement video = done.StructuredContent!.Value.GetProperty("video");
        ResourceLinkBlock link = Assert.IsType<ResourceLinkBlock>(done.Content[^1]);
        Assert.Equal((video.GetProperty("url").GetString(), "video/mp4", video.GetProperty("size").GetInt64()), (link.Uri, link.MimeType, link.Size));
        Assert.Equal(100, done.StructuredContent!.Value.GetProperty("progress").GetInt32());
        Assert.True(done.StructuredContent!.Value.GetProperty("credits").GetProperty("reserved").GetDecimal() > 0);
        using HttpClient anybody = new();
        Assert.Equal(video.GetProperty("size").GetInt64(), (await anybody.GetByteArrayAsync(link.Uri)).Length);
    }

    [Fact]
    public async Task Every_tool_has_a_title_schemas_and_annotations_that_assistants_take()
    {
        await using McpClient assistant = await ConnectAsync();
        IList<McpClientTool> tools = await assistant.ListToolsAsync();
        Assert.Equal(Tools, tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, tool =>
        {
            Assert.NotEmpty(tool.Title!);
            Assert.NotEmpty(tool.Description);
            Assert.NotNull(tool.ProtocolTool.Annotations!.ReadOnlyHint);
            Assert.True(tool.ProtocolTool.Annotations.IdempotentHint);
            Assert.Equal("object", tool.ProtocolTool.OutputSchema!.Value.GetProperty("type").GetString());
            // Models refuse a tool whose input begins with a choice.
            Assert.All(["oneOf", "anyOf", "allOf", "$ref"], keyword => Assert.False(tool.JsonSchema.TryGetProperty(keyword, out _)));
            Assert.DoesNotContain("$ref", tool.JsonSchema.GetRawText(), StringComparison.Ordinal);
            Assert.False(tool.JsonSchema.GetProperty("additionalProperties").GetBoolean());
            Assert.All(tool.JsonSchema.GetProperty("properties").EnumerateObject(), property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        });
        Assert.Equal(
            ["estimate_cost", "get_video", "list_models", "list_videos", "wait_for_video"],
            tools.Where(tool => tool.ProtocolTool.Annotations!.ReadOnlyHint == true).Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["client_request_id", "prompt"],
            tools.Single(tool => tool.Name == "generate_video").JsonSchema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task The_same_client_request_id_meets_the_same_video_also_by_the_api_and_another_body_is_a_conflict()
    {
        await using McpClient assistant = await ConnectAsync();
        string key = Guid.NewGuid().ToString();
        JsonElement first = await assistant.AskAsync("generate_video", Wanted(key));
        JsonElement second = await assistant.AskAsync("generate_video", Wanted(key));
        Assert.Equal(first.GetProperty("id").GetString(), second.GetProperty("id").GetString());
        Assert.False(first.GetProperty("met_before").GetBoolean());
        Assert.True(second.GetProperty("met_before").GetBoolean());
        Assert.Equal(first.GetProperty("id").GetString(), (await Client.StartAsync(Api.Body(Prompt), key)).Value);
        string refusal = await assistant.RefusalAsync("generate_video", new { client_request_id = key, prompt = "A dog", image_urls = new[] { Api.Image } });
        Assert.StartsWith("idempotency_conflict (Idempotency-Key): ", refusal, StringComparison.Ordinal);
        Assert.EndsWith("Here the Idempotency-Key is client_request_id.", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_thousand_calls_with_one_client_request_id_at_once_are_one_job_and_one_charge()
    {
        string body = Assistant.Call("generate_video", Wanted("once"));
        string[] ids = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => GenerateAsync(body)));
        JobId id = JobId.Parse(Assert.Single(ids.Distinct(StringComparer.Ordinal)));
        Assert.Equal(JobState.Completed, (await App.EndOfAsync(id)).State);
        Assert.Single((await LedgerAsync(id)).Charges);
    }

    [Fact]
    public async Task Mistakes_are_told_in_the_words_of_the_api_and_cost_nothing()
    {
        await using McpClient assistant = await ConnectAsync();
        string[] images = [Api.Image];
        (string Tool, object Arguments, string Words)[] mistakes =
        [
            ("generate_video", new { prompt = Prompt, image_urls = images }, "invalid_request (client_request_id): client_request_id is missing."),
            ("generate_video", new { client_request_id = "a b", prompt = Prompt, image_urls = images }, "invalid_request (client_request_id): client_request_id must have 1 to 255 visible ASCII characters."),
            ("generate_video", new { client_request_id = 5, prompt = Prompt, image_urls = images }, "invalid_request (client_request_id): 'client_request_id' must be a string, not 5."),
            ("generate_video", new { client_request_id = "k", prompt = Prompt, image_urls = images, duration = 16 }, "invalid_request (duration): duration is 16;"),
            ("generate_video", new { client_request_id = "k", prompt = Prompt, image_urls = images, durations = 5 }, "invalid_request (durations): 'durations' is no property of this request. Did you mean 'duration'?"),
            ("generate_video", new { client_request_id = "k", prompt = Prompt, image_urls = new[] { "http://10.0.0.1/cat.png" } }, "invalid_request (image_urls[0]): "),
            ("get_video", new { id = "gen-nothing" }, "task_not_found: There is no such task, or it belongs to another client. list_videos shows those that there are."),
            ("get_video", new { }, "invalid_request (id): id is missing: give the id of a video"),
            ("wait_for_video", new { id = "gen-nothing", seconds = 26 }, "invalid_request (seconds): seconds is 26; it must be 1 to 25."),
            ("list_videos", new { limit = 101 }, "invalid_request (limit): limit must be a whole number from 1 to 100."),
            ("list_videos", new { after = "nowhere" }, "invalid_request (after): after is no cursor;"),
            ("cancel_video", new { id = "gen-nothing" }, "task_not_found: "),
            ("estimate_cost", new { duration = 1 }, "invalid_request (duration): duration is 1;"),
            ("estimate_cost", new { model = "sora" }, "invalid_request (model): "),
            ("list_models", new { all = true }, "invalid_request (all): 'all' is no property of this request."),
            ("upload_image", new { }, "invalid_request (data): Neither data nor url is given;"),
            ("upload_image", new { data = "AAAA", url = Api.Image }, "invalid_request (data): Both data and url are given;"),
            ("upload_image", new { data = "no base64!" }, "invalid_request (data): 'data' is no base64:"),
            ("upload_image", new { data = "AAAA" }, "invalid_request (data): The file is no jpeg, png, bmp or webp image"),
            ("upload_image", new { url = "ftp://example.com/cat.png" }, "invalid_request (url): The link to example.com is ftp, not https."),
            ("upload_image", new { url = "https://169.254.169.254/metadata" }, "invalid_request (url): The host 169.254.169.254 is not public."),
        ];
        foreach ((string tool, object arguments, string words) in mistakes)
            Assert.StartsWith(words, await assistant.RefusalAsync(tool, arguments), StringComparison.Ordinal);
        Assert.Empty((await assistant.AskAsync("list_videos")).GetProperty("videos").EnumerateArray());
    }

    [Fact]
    public async Task An_image_is_kept_from_a_link_and_from_a_data_link()
    {
        await using McpClient assistant = await ConnectAsync();
        string sample = Convert.ToBase64String(await File.ReadAllBytesAsync(Api.SamplePath));
        string fromLink = (await assistant.AskAsync("upload_image", new { url = new Uri(App.Host.BaseUrl, "studio/cat.png").AbsoluteUri })).GetProperty("url").GetString()!;
        string fromData = (await assistant.AskAsync("upload_image", new { data = $"data:image/png;base64,{sample}" })).GetProperty("url").GetString()!;
        Assert.Equal(fromLink, fromData);
        using HttpResponseMessage kept = await Client.GetAsync(new Uri(fromLink));
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        string nothing = await assistant.RefusalAsync("upload_image", new { url = new Uri(App.Host.BaseUrl, "studio/nothing.png").AbsoluteUri });
        Assert.Contains("answered 404 in place of an image", nothing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_clients_videos_and_prompts_are_not_there()
    {
        JobId id = await StartAsync();
        using Guest other = App.NewGuest();
        await using McpClient stranger = await Assistant.ConnectAsync(App.Host.BaseUrl, other.Key);
        Assert.StartsWith("task_not_found", await stranger.RefusalAsync("get_video", new { id = id.Value }), StringComparison.Ordinal);
        Assert.StartsWith("task_not_found", await stranger.RefusalAsync("cancel_video", new { id = id.Value }), StringComparison.Ordinal);
        Assert.Empty((await stranger.AskAsync("list_videos")).GetProperty("videos").EnumerateArray());
        await using McpClient operators = await Assistant.ConnectAsync(App.Host.BaseUrl, TestApp.OperatorKey);
        CallToolResult seen = await operators.CallAsync("get_video", new { id = id.Value });
        Assert.DoesNotContain(Prompt, JsonSerializer.Serialize(seen.StructuredContent) + Assistant.Words(seen), StringComparison.Ordinal);
        await using McpClient own = await ConnectAsync();
        JsonElement listed = Assert.Single((await own.AskAsync("list_videos")).GetProperty("videos").EnumerateArray());
        Assert.Equal((id.Value, Prompt), (listed.GetProperty("id").GetString(), listed.GetProperty("prompt").GetString()));
    }

    [Fact]
    public async Task A_wait_ends_after_its_seconds_and_says_when_to_ask_again()
    {
        JobId id = await StartStuckAsync();
        await using McpClient assistant = await ConnectAsync();
        JsonElement video = await assistant.AskAsync("wait_for_video", new { id = id.Value, seconds = 1 });
        Assert.Equal("processing", video.GetProperty("status").GetString());
        Assert.InRange(video.GetProperty("ask_again_in_seconds").GetInt32(), 1, 15);
        JsonElement cancelled = await assistant.AskAsync("cancel_video", new { id = id.Value });
        Assert.Equal(id.Value, cancelled.GetProperty("id").GetString());
        Assert.Equal(JobState.Cancelled, (await App.EndOfAsync(id)).State);
        JsonElement over = await assistant.AskAsync("wait_for_video", new { id = id.Value });
        Assert.Equal("request_cancelled", over.GetProperty("error").GetProperty("code").GetString());
        Assert.False(over.TryGetProperty("ask_again_in_seconds", out _));
    }

    // Where a host has more to do than it can, it says so (5xx), and an assistant calls again.
    private async Task<string> GenerateAsync(string body)
    {
        for (int tries = 1; ; tries++)
        {
            using HttpResponseMessage response = await Client.SendMcpAsync(body);
            Assert.True(tries < 20, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
            if (response.StatusCode == HttpStatusCode.OK)
                return (await response.JsonAsync()).GetProperty("result").GetProperty("structuredContent").GetProperty("id").GetString()!;
        }
    }

    private Task<McpClient> ConnectAsync(string? protocol = null) => Assistant.ConnectAsync(App.Host.BaseUrl, Client.Key, protocol);

    private Dictionary<string, object> Wanted(string? key = null, string image = Api.Image) => new()
    {
        ["client_request_id"] = key ?? Guid.NewGuid().ToString(),
        ["model"] = "wan2.6-image-to-video",
        ["prompt"] = Prompt,
        ["image_urls"] = new[] { image },
        ["duration"] = 2,
    };
}
