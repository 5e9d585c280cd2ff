using System.Text;
using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Generations;

public sealed class GenerationRequestReaderTests
{
    private const string Good = """{"model":"wan2.6-image-to-video","prompt":"A cat playing piano","image_urls":["https://example.com/cat.png"]}""";

    private static readonly RequestRules Rules = new([new Uri("https://app.example.com")], AllowLoopback: false, AllowUnknown: false);

    private static (VideoGenerationRequest? Request, IReadOnlyList<ValidationIssue> Issues) Read(string json, RequestRules? rules = null) =>
        GenerationRequestReader.Read(Encoding.UTF8.GetBytes(json), rules ?? Rules);

    private static string With(string field) => Good[..^1] + "," + field + "}";

    [Fact]
    public void A_good_request_has_no_issues()
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read(Good);
        Assert.Empty(issues);
        Assert.Equal("A cat playing piano", request!.Prompt);
        Assert.Equal(["https://example.com/cat.png"], request.ImageUrls);
    }

    [Fact]
    public void The_seeds_own_example_lacks_the_image_and_that_is_said()
    {
        ValidationIssue issue = Assert.Single(Read("""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano"}""").Issues);
        Assert.Equal("image_urls", issue.Param);
    }

    [Fact]
    public void The_name_of_an_own_image_is_short_for_its_link()
    {
        string name = new('a', 64);
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read($$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image":"{{name}}"}""");
        Assert.Empty(issues);
        Assert.Equal(["/v1/images/" + name], request!.ImageUrls);
    }

    [Theory]
    [InlineData("""  "image":"records/gen-a.json"  """)]
    [InlineData("""  "image":"../generations/records"  """)]
    [InlineData("""  "image":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"  """)]
    [InlineData("""  "image":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"  """)]
    [InlineData("""  "image":7  """)]
    [InlineData("""  "image":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","image_urls":["https://example.com/cat.png"]  """)]
    public void Another_name_than_a_hash_or_a_name_beside_a_link_is_one_mistake(string image) =>
        Assert.Equal("image", Assert.Single(Read("""{"model":"wan2.6-image-to-video","prompt":"A cat",""" + image + "}").Issues).Param);

    [Fact]
    public void A_link_without_an_address_that_names_no_image_is_refused() =>
        Assert.Equal("image_urls[0]", Assert.Single(Read("""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["/v1/images/cat.png"]}""").Issues).Param);

    [Theory]
    [InlineData("2")]
    [InlineData("15")]
    [InlineData("5.0")]
    [InlineData("5e0")]
    public void Whole_durations_are_accepted_however_they_are_written(string duration) => Assert.Empty(Read(With($"\"duration\":{duration}")).Issues);

    [Theory]
    [InlineData("1")]
    [InlineData("16")]
    [InlineData("5.5")]
    [InlineData("\"5\"")]
    [InlineData("true")]
    [InlineData("1e99")]
    public void Other_durations_are_refused(string duration) => Assert.Equal("duration", Assert.Single(Read(With($"\"duration\":{duration}")).Issues).Param);

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        IReadOnlyList<ValidationIssue> issues = Read("""{"model":7,"prompt":"","duration":"x","image_urls":"a","prompt_extend":"yes","model_params":[],"colour":"red"}""").Issues;
        Assert.Equal(
            ["colour", "duration", "image_urls", "model", "model_params", "prompt", "prompt_extend"],
            issues.Select(issue => issue.Param).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("promt", "prompt")]
    [InlineData("image_url", "image_urls")]
    [InlineData("Duration", "duration")]
    public void An_unknown_property_is_refused_by_name_with_the_nearest_known_one(string name, string suggestion)
    {
        ValidationIssue issue = Assert.Single(Read(With($"\"{name}\":1")).Issues);
        Assert.Equal(name, issue.Param);
        Assert.Contains($"'{suggestion}'", issue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_properties_pass_through_where_the_operator_allows_it()
    {
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read(With("\"seed\":7"), Rules with { AllowUnknown = true });
        Assert.Empty(issues);
        Assert.Equal(7, request!.AdditionalProperties!["seed"].GetInt32());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{\"prompt\":\"a\",\"prompt\":\"b\"}")]
    [InlineData("{\"prompt\":\"a\"} trailing")]
    public void What_is_no_single_json_object_is_refused(string body) => Assert.Equal("body", Assert.Single(Read(body).Issues).Param);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Equal("body", Assert.Single(Read(With("\"model_params\":" + new string('[', 40) + new string(']', 40))).Issues).Param);

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() =>
        Assert.NotEmpty(GenerationRequestReader.Read(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' }, Rules).Issues);

    [Fact]
    public void A_byte_order_mark_is_skipped() =>
        Assert.Empty(GenerationRequestReader.Read(new byte[] { 0xEF, 0xBB, 0xBF }.Concat(Encoding.UTF8.GetBytes(Good)).ToArray(), Rules).Issues);

    public static TheoryData<string, byte[]> Others => new()
    {
        { "gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] },
        { "UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Good)] },
        { "UTF-16", Encoding.Unicode.GetBytes(Good) },
        { "UTF-16", Encoding.BigEndianUnicode.GetBytes(Good) },
        { "multipart/form-data", "--X\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\nA cat\r\n--X--"u8.ToArray() },
        { "form", "model=wan2.6-image-to-video&prompt=A+cat"u8.ToArray() },
        { "png image", [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A] },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_came_in_place_of_JSON_is_named(string name, byte[] body) =>
        Assert.Contains(name, Assert.Single(GenerationRequestReader.Read(body, Rules).Issues).Message, StringComparison.Ordinal);

    [Fact]
    public void Half_a_surrogate_pair_is_refused() => Assert.Contains(Read(Good.Replace("piano", "\\ud83d", StringComparison.Ordinal)).Issues, issue => issue.Param == "prompt");

    [Fact]
    public void A_link_to_the_clients_own_image_is_not_judged_as_a_link()
    {
        RequestRules local = Rules with { OwnBases = [new Uri("http://127.0.0.1:7071")] };
        string own = $$"""{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["http://127.0.0.1:7071/v1/images/{{new string('a', 64)}}"]}""";
        Assert.Empty(Read(own, local).Issues);
        Assert.NotEmpty(Read(own).Issues);
    }

    [Theory]
    [InlineData("https://app.example.com/v1/images/cee4...")]
    [InlineData("https://app.example.com/v1/videos/gen-x/content?e=1&s=2")]
    [InlineData("https://app.example.com")]
    [InlineData("http://app.example.com/cat.png")]
    public void A_link_to_this_app_that_names_no_image_is_refused(string link)
    {
        ValidationIssue issue = Assert.Single(Read(Good.Replace("https://example.com/cat.png", link, StringComparison.Ordinal)).Issues);
        Assert.Equal("image_urls[0]", issue.Param);
        Assert.Contains("leads to this app", issue.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_and_metadata_are_read()
    {
        const string own = "\"reference\":\"order 7\",\"metadata\":{\"shop\":\"cats\"}";
        (VideoGenerationRequest? request, IReadOnlyList<ValidationIssue> issues) = Read(With(own));
        Assert.Empty(issues);
        Assert.Equal("order 7", request!.Reference);
        Assert.Equal("cats", Assert.Single(request.Metadata!, pair => pair.Key == "shop").Value);
    }

    [Theory]
    [InlineData("\"reference\":7", "reference")]
    [InlineData("\"reference\":\"\"", "reference")]
    [InlineData("\"reference\":\"two\\nlines\"", "reference")]
    [InlineData("\"metadata\":[]", "metadata")]
    [InlineData("\"metadata\":{\"a b\":\"x\"}", "metadata")]
    [InlineData("\"metadata\":{\"\":\"x\"}", "metadata")]
    [InlineData("\"metadata\":{\"shop\":7}", "metadata")]
    [InlineData("\"metadata\":{\"shop\":\"\"}", "metadata.shop")]
    public void Other_references_and_metadata_are_refused(string property, string param) =>
        Assert.Equal(param, Assert.Single(Read(With(property)).Issues).Param);

    [Fact]
    public void References_and_metadata_have_limits()
    {
        Assert.Empty(Read(With($"\"reference\":\"{new string('x', 256)}\"")).Issues);
        Assert.NotEmpty(Read(With($"\"reference\":\"{new string('x', 257)}\"")).Issues);
        Assert.Empty(Read(With($"\"metadata\":{{{Pairs(16)}}}")).Issues);
        Assert.NotEmpty(Read(With($"\"metadata\":{{{Pairs(17)}}}")).Issues);

        static string Pairs(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i}\":\"x\""));
    }

    [Fact]
    public void Issues_never_repeat_the_query_of_a_link() => Assert.DoesNotContain(
        Read("""{"model":"wan2.6-image-to-video","prompt":"x","image_urls":["http://example.com/a.png?sig=SECRET"]}""").Issues,
        issue => issue.Message.Contains("SECRET", StringComparison.Ordinal));
}
