using System.Net;
using System.Text.Json.Nodes;

namespace Evolink.Simulator.Tests;

public sealed class ValidationTests
{
    private const string Grinning = "\U0001F600";

    public static TheoryData<string, string, string?> Mistakes => new()
    {
        { "model", "\"wan 2.5\"", "model" },
        { "model", "", "model" },
        { "prompt", "", "prompt" },
        { "prompt", "\"  \"", "prompt" },
        { "prompt", "17", "prompt" },
        { "prompt", "\"\\ud800\"", "prompt" },
        { "prompt", Quoted(new string('a', 1501)), "prompt" },
        { "prompt", Quoted(string.Concat(Enumerable.Repeat(Grinning, 1501))), "prompt" },
        { "duration", "1", "duration" },
        { "duration", "16", "duration" },
        { "duration", "5.5", "duration" },
        { "duration", "\"5\"", "duration" },
        { "duration", "null", "duration" },
        { "quality", "\"480p\"", "quality" },
        { "image_urls", "", "image_urls" },
        { "image_urls", "[]", "image_urls" },
        { "image_urls", "\"https://example.com/a.png\"", "image_urls" },
        { "image_urls", """["https://example.com/a.png","https://example.com/b.png"]""", "image_urls" },
        { "image_urls", """["http://example.com/a.png"]""", "image_urls[0]" },
        { "image_urls", """["data:image/png;base64,AAAA"]""", "image_urls[0]" },
        { "image_urls", """["https://127.0.0.1/a.png"]""", "image_urls[0]" },
        { "prompt_extend", "\"true\"", "prompt_extend" },
        { "model_params", "[]", "model_params" },
        { "model_params", """{"shot_type":"triple"}""", "model_params.shot_type" },
        { "audio_url", "\"http://example.com/a.mp3\"", "audio_url" },
        { "audio_url", "\"https://example.com/a.wav\"", "audio_url" },
        { "callback_url", "\"http://example.com/\"", "callback_url" },
        { "callback_url", Quoted("https://example.com/" + new string('a', 2029)), "callback_url" },
        { "callback_url", "\"https://10.1.2.3/\"", "callback_url" },
        { "callback_url", "\"https://172.31.0.1/\"", "callback_url" },
        { "callback_url", "\"https://192.168.0.1/\"", "callback_url" },
        { "callback_url", "\"https://169.254.169.254/\"", "callback_url" },
        { "callback_url", "\"https://[::1]/\"", "callback_url" },
        { "callback_url", "\"https://[::ffff:10.0.0.1]/\"", "callback_url" },
        { "callback_url", "\"https://[fd00::1]/\"", "callback_url" },
        { "callback_url", "\"https://localhost/\"", "callback_url" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_is_refused_by_name_and_costs_nothing(string field, string json, string? param)
    {
        await using Api api = await Api.StartAsync(Api.Instant with { AllowLoopback = false });

        using HttpResponseMessage response = await api.PostAsync(With(field, json));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        JsonNode error = (await Api.JsonAsync(response))["error"]!;
        Assert.Equal(("invalid_request", "invalid_request_error", param), ((string?)error["code"], (string?)error["type"], (string?)error["param"]));
        LedgerReport ledger = await api.Simulator.ReadLedgerAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("400 invalid_request", Assert.Single(ledger.Submits).Answer);
        Assert.Empty(ledger.Charges);
    }

    [Theory]
    [InlineData("duration", "2")]
    [InlineData("duration", "15")]
    [InlineData("duration", "5.0")]
    [InlineData("quality", "\"1080p\"")]
    [InlineData("prompt_extend", "false")]
    [InlineData("model_params", """{"shot_type":"multi"}""")]
    [InlineData("audio_url", "\"https://example.com/a.mp3?x=1\"")]
    [InlineData("callback_url", "\"https://example.com/hook\"")]
    [InlineData("something_new", "1")]
    public async Task What_the_contract_allows_is_accepted(string field, string json)
    {
        await using Api api = await Api.StartAsync(Api.Instant with { AllowLoopback = false });

        using HttpResponseMessage response = await api.PostAsync(With(field, json));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_prompt_is_measured_in_characters_not_in_utf_16()
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.PostAsync(With("prompt", Quoted(string.Concat(Enumerable.Repeat(Grinning, 1500)))));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_shot_type_that_would_have_no_effect_is_refused()
    {
        await using Api api = await Api.StartAsync();
        JsonObject request = Api.Request();
        request["prompt_extend"] = false;
        request["model_params"] = new JsonObject { ["shot_type"] = "single" };

        using HttpResponseMessage response = await api.PostAsync(request);

        Assert.Equal("model_params.shot_type", (string?)(await Api.JsonAsync(response))["error"]!["param"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_is_no_json_object_is_refused(string body)
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.PostAsync(body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (response.StatusCode, await Api.ErrorCodeAsync(response)));
    }

    [Fact]
    public async Task A_body_beyond_a_megabyte_is_refused()
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage response = await api.PostAsync(With("filler", Quoted(new string('a', 1024 * 1024))));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Without_a_known_key_everything_is_401()
    {
        await using Api api = await Api.StartAsync();
        api.Http.DefaultRequestHeaders.Authorization = new("Bearer", "sk-nobody");

        using HttpResponseMessage submit = await api.PostAsync(Api.Request());
        using HttpResponseMessage credits = await api.Http.GetAsync("/v1/credits", TestContext.Current.CancellationToken);
        using HttpResponseMessage upload = await api.Http.PostAsync("/api/v1/files/upload/stream", content: null, TestContext.Current.CancellationToken);

        Assert.All([submit, credits, upload], response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        Assert.Equal("unauthorized", await Api.ErrorCodeAsync(submit));
    }

    [Fact]
    public async Task Submits_beyond_the_rate_get_429_until_the_second_is_over()
    {
        var clock = new Evolink.Testing.ManualTimeProvider();
        await using Api api = await Api.StartAsync(Api.Instant with { SubmitsPerSecond = 2, TimeProvider = clock });
        var statuses = new List<int>();
        for (int submit = 0; submit < 4; submit++)
        {
            if (submit == 3)
                clock.Advance(TimeSpan.FromSeconds(1));
            using HttpResponseMessage response = await api.PostAsync(Api.Request());
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([200, 200, 429, 200], statuses);
    }

    private static string With(string field, string json)
    {
        JsonObject request = Api.Request();
        request.Remove(field);
        string body = request.ToJsonString();
        return json.Length == 0 ? body : $"{body[..^1]},\"{field}\":{json}}}";
    }

    private static string Quoted(string text) => $"\"{text}\"";
}
