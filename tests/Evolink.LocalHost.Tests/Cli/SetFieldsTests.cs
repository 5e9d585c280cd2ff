using System.Text;
using Evolink.Client;
using Evolink.LocalHost.Cli;

namespace Evolink.LocalHost.Tests.Cli;

/// <summary>The fields that the command line gives any model.</summary>
public sealed class SetFieldsTests
{
    private static string Sent(VideoGenerationRequest request) => Encoding.UTF8.GetString(request.ToUtf8Bytes());

    [Fact]
    public void A_field_is_JSON_or_a_text_and_may_stand_in_an_object() => Assert.Equal(
        """{"model":"sora-2","prompt":"A cat","seconds":8,"big":9007199254740993,"style":"film noir","links":["https://example.com/a"],"model_params":{"a":{"b":true},"c":"1:2"}}""",
        Sent(SetFields.Apply(
            ["seconds=8", "big=9007199254740993", "style=film noir", """links=["https://example.com/a"]""", "model_params.a.b=true", "model_params.c=1:2"],
            new VideoGenerationRequest { Model = "sora-2", Prompt = "A cat" })));

    [Fact]
    public void A_field_that_leads_into_a_text_is_refused() =>
        Assert.Throws<UsageException>(() => SetFields.Apply(["prompt.x=1"], new VideoGenerationRequest { Model = "sora-2", Prompt = "A cat" }));

    [Theory]
    [InlineData("a=1", true), InlineData("a.b=", true), InlineData("=1", false), InlineData("a", false), InlineData("a..b=1", false)]
    public void A_field_has_a_name_and_a_value(string text, bool valid) => Assert.Equal(valid, SetFields.IsField(text));

    [Theory]
    [InlineData("wan2.6-image-to-video", """{"model":"wan2.6-image-to-video","image_urls":["https://example.com/a"]}""")]
    [InlineData("wan2.7-image-to-video", """{"model":"wan2.7-image-to-video","image_start":"https://example.com/a"}""")]
    [InlineData("kling-o1-image-to-video", """{"model":"kling-o1-image-to-video","image_urls":["https://example.com/a"]}""")]
    public void An_image_goes_into_the_field_of_the_model_that_takes_one(string model, string body) =>
        Assert.Equal(body, Sent(SetFields.WithImage(SetFields.Apply([], new VideoGenerationRequest { Model = model }), "https://example.com/a")));
}
