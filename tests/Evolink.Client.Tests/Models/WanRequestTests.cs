using System.Text;

namespace Evolink.Client.Tests.Models;

/// <summary>The typed requests of the wan models.</summary>
public sealed class WanRequestTests
{
    private const string Image = "https://example.com/a.png";
    private const string Video = "https://example.com/a.mp4";

    public static TheoryData<WanRequest, string> Requests => new()
    {
        {
            new Wan26TextToVideoRequest { Prompt = "A cat", AspectRatio = "9:16", ModelParams = new VideoModelParameters { ShotType = "multi" } },
            """{"model":"wan2.6-text-to-video","prompt":"A cat","aspect_ratio":"9:16","model_params":{"shot_type":"multi"}}"""
        },
        {
            new Wan26ReferenceVideoRequest { Prompt = "A cat", VideoUrls = [Video] },
            $$"""{"model":"wan2.6-reference-video","prompt":"A cat","video_urls":["{{Video}}"]}"""
        },
        {
            new Wan26ReferenceVideoRequest(isFlash: true) { Prompt = "A cat", VideoUrls = [Video] },
            $$"""{"model":"wan2.6-reference-video-flash","prompt":"A cat","video_urls":["{{Video}}"]}"""
        },
        {
            new Wan27TextToVideoRequest { Prompt = "A cat", Seed = 7, NegativePrompt = "dogs" },
            """{"model":"wan2.7-text-to-video","prompt":"A cat","negative_prompt":"dogs","seed":7}"""
        },
        {
            new Wan27ImageToVideoRequest { Prompt = "A cat", ImageStart = Image, GenerationMode = "first_frame" },
            $$"""{"model":"wan2.7-image-to-video","prompt":"A cat","generation_mode":"first_frame","image_start":"{{Image}}"}"""
        },
        {
            new Wan27ReferenceVideoRequest { Prompt = "A cat", ImageUrls = [Image], Duration = 10 },
            $$"""{"model":"wan2.7-reference-video","prompt":"A cat","image_urls":["{{Image}}"],"duration":10}"""
        },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public void A_typed_request_is_valid_and_holds_what_its_table_knows(WanRequest typed, string json)
    {
        VideoGenerationRequest request = typed;
        var expected = System.Text.Json.Nodes.JsonNode.Parse(json);
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(
            expected, System.Text.Json.Nodes.JsonNode.Parse(Encoding.UTF8.GetString(request.ToUtf8Bytes()))), Encoding.UTF8.GetString(request.ToUtf8Bytes()));
        Assert.Empty(VideoGenerationRequestValidator.Validate(request));
        Assert.All(request.ToJson().EnumerateObject().Where(field => field.Name != "model"), field => Assert.NotNull(VideoModels.Find(typed.Model)!.Field(field.Name)));
    }
}
