using System.Text.Json;

namespace Evolink.Client.Tests.Models;

/// <summary>
/// What is checked of models other than the contract's own: all fields of those that are described, and of the others what holds for
/// all.
/// </summary>
public sealed class ModelRulesTests
{
    private const string Link = "https://example.com/a";

    private static string[] Params(string json, ValidationOptions? options = null)
    {
        using var document = JsonDocument.Parse(json);
        return [.. VideoGenerationRequestValidator.Validate(VideoGenerationRequest.Of(document.RootElement), options).Select(issue => issue.Param)];
    }

    private static string Body(string model, string more = "") => $$"""{"model":"{{model}}","prompt":"A cat"{{more}}}""";

    [Theory]
    [InlineData("wan2.6-text-to-video", "")]
    [InlineData("wan2.6-text-to-video", ""","aspect_ratio":"3:4","duration":15.0,"quality":"1080p","prompt_extend":false""")]
    [InlineData("wan2.6-image-to-video-flash", ""","image_urls":["https://example.com/a"],"model_params":{"shot_type":"multi"}""")]
    [InlineData("wan2.6-reference-video", ""","video_urls":["http://example.com/a","https://example.com/b"]""")]
    [InlineData("wan2.6-reference-video-flash", ""","video_urls":["https://example.com/a"]""")]
    [InlineData("wan2.7-text-to-video", ""","audio_urls":["https://example.com/a"],"negative_prompt":"dogs","seed":2147483647""")]
    [InlineData("wan2.7-image-to-video", ""","image_start":"https://example.com/a","image_end":"https://example.com/b","generation_mode":"first_last_frame" """)]
    [InlineData("wan2.7-image-to-video", ""","video_urls":["https://example.com/a"],"image_end":"https://example.com/b","generation_mode":"video_continuation" """)]
    [InlineData("wan2.7-reference-video", ""","image_urls":["https://example.com/a"],"video_urls":["https://example.com/b"],"duration":10,"model_params":{"voice_bindings":[{"x":1}]}""")]
    public void What_a_described_model_takes_is_right(string model, string more) => Assert.Empty(Params(Body(model, more)));

    [Theory]
    [InlineData("wan2.6-text-to-video", ""","aspect_ratio":"2:1" """, "aspect_ratio")]
    [InlineData("wan2.6-text-to-video", ""","duration":16""", "duration")]
    [InlineData("wan2.6-text-to-video", ""","duration":"5" """, "duration")]
    [InlineData("wan2.6-text-to-video", ""","prompt_extend":false,"model_params":{"shot_type":"multi"}""", "model_params.shot_type")]
    [InlineData("wan2.6-text-to-video", ""","model_params":{"shot_type":"two"}""", "model_params.shot_type")]
    [InlineData("wan2.6-image-to-video-flash", "", "image_urls")]
    [InlineData("wan2.6-reference-video", "", "video_urls")]
    [InlineData("wan2.6-reference-video", ""","video_urls":["https://a.example","https://b.example","https://c.example","https://d.example"]""", "video_urls")]
    [InlineData("wan2.6-reference-video", ""","video_urls":["ftp://example.com/a"]""", "video_urls[0]")]
    [InlineData("wan2.7-text-to-video", ""","seed":0""", "seed")]
    [InlineData("wan2.7-text-to-video", ""","seed":2147483648""", "seed")]
    [InlineData("wan2.7-text-to-video", ""","audio_urls":["http://example.com/a"]""", "audio_urls[0]")]
    [InlineData("wan2.7-text-to-video", ""","audio_urls":"https://example.com/a" """, "audio_urls")]
    [InlineData("wan2.7-image-to-video", "", "image_start")]
    [InlineData("wan2.7-image-to-video", ""","image_start":"https://example.com/a","generation_mode":"first_last_frame" """, "image_end")]
    [InlineData("wan2.7-image-to-video", ""","image_start":"https://example.com/a","video_urls":["https://example.com/a"],"generation_mode":"video_continuation" """, "image_start")]
    [InlineData("wan2.7-image-to-video", ""","image_start":"https://10.0.0.1/a" """, "image_start")]
    [InlineData("wan2.7-reference-video", ""","image_start":"https://example.com/a" """, "image_urls")]
    [InlineData("wan2.7-reference-video", ""","video_urls":["https://example.com/a"],"duration":11""", "duration")]
    [InlineData("wan2.7-reference-video", ""","image_urls":["https://a.example","https://b.example","https://c.example"],"video_urls":["https://d.example","https://e.example","https://f.example"]""", "image_urls")]
    public void What_it_does_not_take_is_named(string model, string more, string param) => Assert.Equal([param], Params(Body(model, more)));

    [Theory]
    [InlineData(1500, "wan2.6-text-to-video", true), InlineData(1501, "wan2.6-text-to-video", false)]
    [InlineData(5000, "wan2.7-text-to-video", true), InlineData(5001, "wan2.7-text-to-video", false)]
    [InlineData(20000, "sora-2", true)]
    public void A_prompt_is_as_long_as_its_model_allows(int length, string model, bool valid) =>
        Assert.Equal(valid, Params($$"""{"model":"{{model}}","prompt":"{{new string('x', length)}}"}""").Length == 0);

    [Theory]
    [InlineData(""","anything":{"goes":[1,null,"x"]},"duration":"8s","image_urls":{"a":1}""")]
    [InlineData(""","multi_prompt":[{"prompt":"https://example.com is a page: show it"}],"text":"http is old" """)]
    [InlineData(""","image_urls":["asset-17"],"seed":9007199254740993""")]
    public void Of_a_model_that_is_not_described_anything_else_passes(string more) => Assert.Empty(Params(Body("kling-o3-image-to-video", more)));

    [Theory]
    [InlineData(""","image_urls":["http://example.com/a.png"]""", "image_urls[0]")]
    [InlineData(""","model_params":{"shots":[{"ref":"https://192.168.0.1/a"}]}""", "model_params.shots[0].ref")]
    [InlineData(""","model_params":{"video_url":"file:///etc/passwd"}""", "model_params.video_url")]
    [InlineData(""","image_start":"data:image/png;base64,AAAA" """, "image_start")]
    [InlineData(""","x":1e999""", "x")]
    [InlineData(""","x":["\ud800"]""", "x[0]")]
    [InlineData(""","callback_url":"http://example.com" """, "callback_url")]
    [InlineData(""","callback_url":7""", "callback_url")]
    [InlineData(""","reference":"" """, "reference")]
    [InlineData(""","metadata":{"a":1}""", "metadata")]
    public void But_what_holds_for_all_is_checked(string more, string param) => Assert.Equal([param], Params(Body("kling-o3-image-to-video", more)));

    [Theory]
    [InlineData("""{"model":"kling-v3-motion-control"}""", null)]
    [InlineData("""{"model":"kling-v3-motion-control","prompt":" "}""", "prompt")]
    [InlineData("""{"model":"kling-v3-motion-control","prompt":7}""", "prompt")]
    [InlineData("""{"model":"kling v3","prompt":"A cat"}""", "model")]
    [InlineData("""{"model":"","prompt":"A cat"}""", "model")]
    [InlineData("""{"model":"modèle","prompt":"A cat"}""", "model")]
    public void A_prompt_may_be_missing_where_the_model_is_not_known_and_a_name_is_a_name(string json, string? param) =>
        Assert.Equal(param is null ? [] : [param], Params(json));

    [Fact]
    public void Of_the_contracts_own_model_a_value_of_the_wrong_type_is_named() => Assert.Equal(
        ["duration"], Params($$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["{{Link}}"],"duration":"5"}"""));

    [Fact]
    public void Every_field_of_the_table_has_limits_that_make_sense() => Assert.All(VideoModels.All, pair =>
    {
        Assert.Equal(pair.Key, pair.Value.Name);
        Assert.NotNull(pair.Value.Field("prompt"));
        Assert.All(pair.Value.Fields, field => Assert.True(field.Min is null || field.Max is null || field.Min <= field.Max, field.Name));
        Assert.All(pair.Value.Fields, field => Assert.Equal(
            field.Kind is VideoModelFieldKind.Link or VideoModelFieldKind.Links, field.Media is not null));
        Assert.All([.. pair.Value.OneOf, .. pair.Value.Together, .. pair.Value.Modes.SelectMany(mode => mode.Needs.Concat(mode.Refuses))],
            name => Assert.NotNull(pair.Value.Field(name)));
    });
}
