using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class RequestDigestTests
{
    private static readonly VideoGenerationRequest Cat = new() { Prompt = "A cat playing piano", ImageUrls = ["https://example.com/cat.png"] };

    [Fact]
    public void Defaults_that_are_left_out_or_spelled_out_are_the_same_request() => Assert.Equal(
        RequestDigest.Of(Cat),
        RequestDigest.Of(Cat with { Quality = "720p", PromptExtend = true, ModelParams = new VideoModelParameters { ShotType = "single" } }));

    public static TheoryData<VideoGenerationRequest> Others =>
    [
        Cat with { Prompt = "A dog playing piano" },
        Cat with { ImageUrls = ["https://example.com/dog.png"] },
        Cat with { Duration = 5 },
        Cat with { Quality = "1080p" },
        Cat with { PromptExtend = false },
        Cat with { ModelParams = new VideoModelParameters { ShotType = "multi" } },
        Cat with { AudioUrl = "https://example.com/a.mp3" },
        Cat with { CallbackUrl = "https://example.com/hook" },
        Cat with { Reference = "order 7" },
        Cat with { Metadata = new Dictionary<string, string> { ["shop"] = "cats" } },
        Cat with { AdditionalProperties = new Dictionary<string, JsonElement> { ["seed"] = JsonSerializer.SerializeToElement(7) } },
    ];

    [Theory]
    [MemberData(nameof(Others))]
    public void Every_field_counts(VideoGenerationRequest other) => Assert.NotEqual(RequestDigest.Of(Cat), RequestDigest.Of(other));

    [Fact]
    public void The_digest_of_a_request_without_a_reference_is_what_earlier_versions_stored() =>
        Assert.Equal(
            "7226a212ffab48aa45b3704ca8c4814388a02aec67b18e1d7c387b04436ff607",
            RequestDigest.Of(Cat with { Metadata = new Dictionary<string, string>() }));

    [Fact]
    public void The_order_of_unknown_fields_does_not_count()
    {
        JsonElement one = JsonSerializer.SerializeToElement(1);
        Assert.Equal(
            RequestDigest.Of(Cat with { AdditionalProperties = new Dictionary<string, JsonElement> { ["a"] = one, ["b"] = one } }),
            RequestDigest.Of(Cat with { AdditionalProperties = new Dictionary<string, JsonElement> { ["b"] = one, ["a"] = one } }));
    }
}
