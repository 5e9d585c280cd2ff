using System.Text;
using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Images;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Tests.Generations;

/// <summary>Bodies of models other than the contract's own, as they come in.</summary>
public sealed class OtherModelReaderTests
{
    private static readonly string Name = new('a', 64);
    private static readonly RequestRules Rules = new([new Uri("https://app.example.com")], AllowLoopback: false, AllowUnknown: false);

    private static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(string json, RequestRules? rules = null) =>
        GenerationRequestReader.Read(Encoding.UTF8.GetBytes(json), rules ?? Rules);

    private static string Right(string json, RequestRules? rules = null)
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read(json, rules);
        Assert.Empty(issues);
        return Encoding.UTF8.GetString(request!.ToUtf8Bytes());
    }

    [Theory]
    [InlineData("wan2.6-*", "wan2.6-text-to-video", true)]
    [InlineData("wan2.6-*", "sora-2", false)]
    [InlineData("*", "sora-2", true)]
    [InlineData("sora-2", "sora-2-pro", false)]
    [InlineData("sora-2", "Sora-2", false)]
    [InlineData("wan2.7-*", "wan2.6-image-to-video", false)]
    public void A_model_that_is_not_allowed_is_the_contracts_403(string pattern, string model, bool allowed)
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) =
            Read($$"""{"model":"{{model}}","prompt":"A cat"}""", Rules with { Models = [pattern] });
        if (allowed)
        {
            Assert.NotNull(request);
            return;
        }

        ValidationIssue issue = Assert.Single(issues);
        Assert.Equal(("model", "model_access_denied"), (issue.Param, issue.Code));
        Assert.Contains(model, issue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_beside_the_request_is_taken_out_and_the_rest_stays_as_it_came() => Assert.Equal(
        """{"x":[9007199254740993, {"client":"mine"}] , "model":"sora-2","n":null}""",
        Right("""{"client":"alice", "x":[9007199254740993, {"client":"mine"}] , "model":"sora-2","idempotency_key":"k1","n":null}""",
            Rules with { Beside = ["client", "idempotency_key"] }));

    [Fact]
    public void Of_a_described_model_nulls_are_as_good_as_nothing() => Assert.Equal(
        """{"model":"wan2.6-text-to-video","prompt":"A cat"}""",
        Right("""{"model":"wan2.6-text-to-video","quality":null,"prompt":"A cat","colour":null}""", Rules with { AllowUnknown = true }));

    [Theory]
    [InlineData("sora-2", ""","image_urls":["/v1/images/NAME"]""")]
    [InlineData("wan2.7-image-to-video", ""","image_start":"/v1/images/NAME" """)]
    [InlineData("wan2.7-reference-video", ""","image_urls":["/v1/images/NAME"]""")]
    public void The_name_of_an_image_goes_into_the_first_field_that_takes_one(string model, string field)
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read($$"""{"model":"{{model}}","image":"{{Name}}","prompt":"A cat"}""");
        Assert.Empty(issues);
        Assert.Equal(
            $$"""{"model":"{{model}}","prompt":"A cat"{{field.TrimEnd().Replace("NAME", Name, StringComparison.Ordinal)}}}""", Encoding.UTF8.GetString(request!.ToUtf8Bytes()));
        Assert.Equal(Name, Assert.Single(OwnMedia.Of(request, Rules.OwnBases)).Name);
    }

    [Theory]
    [InlineData("""{"model":"wan2.6-text-to-video","prompt":"A cat","image":"NAME"}""", "image")]
    [InlineData("""{"model":"wan2.7-image-to-video","prompt":"A cat","image":"NAME","image_start":"https://example.com/a.png"}""", "image")]
    [InlineData("""{"model":"wan2.7-image-to-video","prompt":"A cat","image":"cat.png","image_start":"https://example.com/a.png"}""", "image")]
    [InlineData("""{"model":"wan2.6-text-to-video","prompt":"A cat","aspect_ration":"1:1"}""", "aspect_ration")]
    [InlineData("""{"model":"wan2.6-text-to-video","prompt":"A cat","model_params":{"shot":"multi"}}""", "model_params.shot")]
    [InlineData("""{"model":"wan2.7-image-to-video","prompt":"A cat","image_start":"https://app.example.com/v1/files/NAME.mp3"}""", "image_start")]
    [InlineData("""{"model":"wan2.6-reference-video","prompt":"A cat","video_urls":["/v1/images/NAME"]}""", "video_urls[0]")]
    [InlineData("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["/v1/files/NAME.mp4"]}""", "image_urls[0]")]
    [InlineData("""{"model":"sora-2","a":{"b":"https://app.example.com/v1/videos/gen-x/content?s=1"}}""", "a.b")]
    [InlineData("""{"model":"sora-2","a":["\ud800"],"image_url":"/v1/images/NAME"}""", "a[0]")]
    public void What_cannot_be_right_is_named(string json, string param) =>
        Assert.Equal(param, Assert.Single(Read(json.Replace("NAME", Name, StringComparison.Ordinal)).Issues).Param);

    [Fact]
    public void A_field_named_image_of_a_model_that_is_not_known_is_its_own()
    {
        const string body = """{"model":"sora-2","image":"https://example.com/a.png"}""";
        Assert.Equal(body, Right(body));
    }

    [Fact]
    public void A_stored_request_is_read_as_it_was_written_also_that_of_an_earlier_version()
    {
        const string body = """{ "model":"sora-2" , "x":1.50,"y":"/v1/files/a" }""";
        StoredRequest request = new(Read(body).Request!, [new OwnMedia("/v1/files/a", "a")]);
        byte[] stored = JsonSerializer.SerializeToUtf8Bytes(request, PipelineJsonContext.Default.StoredRequest);
        StoredRequest read = JsonSerializer.Deserialize(stored, PipelineJsonContext.Default.StoredRequest)!;
        Assert.Equal(body, Encoding.UTF8.GetString(read.Body.ToUtf8Bytes()));
        Assert.Equal(request.Media, read.Media);

        StoredRequest earlier = JsonSerializer.Deserialize(
            """{"body":{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://app.example.com/v1/images/x"]},"own_image":"x"}""",
            PipelineJsonContext.Default.StoredRequest)!;
        Assert.Equal(new OwnMedia("https://app.example.com/v1/images/x", "x"), Assert.Single(earlier.Media));
    }

    [Fact]
    public void The_digest_of_a_model_whose_defaults_are_not_known_is_that_of_all_fields_in_whatever_order()
    {
        string one = RequestDigest.Of(Read("""{"model":"sora-2","a":{"x":1,"y":[1,2]},"b":2}""").Request!);
        Assert.Equal(one, RequestDigest.Of(Read("""{ "b":2,"a":{"y":[1,2],"x":1}, "model":"sora-2"}""").Request!));
        Assert.NotEqual(one, RequestDigest.Of(Read("""{"model":"sora-2","a":{"x":1,"y":[2,1]},"b":2}""").Request!));
        Assert.NotEqual(one, RequestDigest.Of(Read("""{"model":"sora-2","a":{"x":1,"y":[1,2]},"b":2,"prompt_extend":true}""").Request!));
        // What is left out and what is spelled out are the same for the contract's own model.
        Assert.Equal(
            RequestDigest.Of(Read("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/a"]}""").Request!),
            RequestDigest.Of(Read("""{"image_urls":["https://example.com/a"],"model":"wan2.6-image-to-video","prompt":"A cat","quality":"720p"}""").Request!));
    }
}
