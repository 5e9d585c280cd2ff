using System.Text;
using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tests.Batches;

public sealed class BatchRequestReaderTests
{
    private const string Generation = """{"model":"wan2.6-image-to-video","prompt":"A cat","image_urls":["https://example.com/1.png"]}""";
    private const string Template = """{"model":"wan2.6-image-to-video","prompt":"A cat"}""";

    private static (BatchOrder? Order, IReadOnlyList<ValidationIssue> Issues) Read(string json) =>
        BatchRequestReader.Read(Encoding.UTF8.GetBytes(json), new RequestRules([], AllowLoopback: false, AllowUnknown: false), mostInFlight: 50);

    private static string Many(string item, int count) => string.Join(',', Enumerable.Repeat(item, count));

    [Fact]
    public void A_template_with_images_is_the_same_batch_as_the_list_written_out()
    {
        BatchOrder template = Read($$"""{"template":{{Template}},"images":["https://example.com/1.png","https://example.com/1.png"],"max_in_flight":50}""").Order!;
        BatchOrder list = Read($$"""{"generations":[{{Generation}},{{Generation}}]}""").Order!;
        Assert.Equal(list.Digest(), template.Digest());
        Assert.Equal(50, list.MaxInFlight);
    }

    [Fact]
    public void A_template_of_another_model_gets_each_image_in_the_field_that_takes_one()
    {
        BatchOrder order = Read("""{"template":{"model":"wan2.7-image-to-video","prompt":"A cat","seed":7},"images":["https://example.com/1.png"]}""").Order!;
        Assert.Equal(
            """{"model":"wan2.7-image-to-video","prompt":"A cat","seed":7,"image_start":"https://example.com/1.png"}""",
            Encoding.UTF8.GetString(Assert.Single(order.Requests).ToUtf8Bytes()));
        Assert.Equal("images[0]", Assert.Single(Read("""{"template":{"model":"wan2.7-image-to-video","prompt":"A cat"},"images":["http://example.com/1.png"]}""").Issues).Param);
    }

    [Theory]
    [InlineData("""[1]""", "body")]
    [InlineData("""{""", "body")]
    [InlineData("""{}""", "generations")]
    [InlineData("""{"generations":[]}""", "generations")]
    [InlineData("""{"generations":{}}""", "generations")]
    [InlineData("""{"generations":[1]}""", "generations[0]")]
    [InlineData("""{"generations":[GENERATION],"template":TEMPLATE,"images":["https://example.com/1.png"]}""", "generations")]
    [InlineData("""{"generations":[GENERATION,TEMPLATE]}""", "generations[1].image_urls")]
    [InlineData("""{"generations":[GENERATION],"max_in_flight":51}""", "max_in_flight")]
    [InlineData("""{"generations":[GENERATION],"max_inflight":5}""", "max_inflight")]
    [InlineData("""{"template":TEMPLATE,"images":["https://example.com/1.png","http://example.com/2.png"]}""", "images[1]")]
    [InlineData("""{"template":TEMPLATE,"images":["https://example.com/1.png",7]}""", "images[1]")]
    [InlineData("""{"template":TEMPLATE,"images":[]}""", "images")]
    [InlineData("""{"template":TEMPLATE}""", "generations")]
    [InlineData("""{"template":{},"images":["https://example.com/1.png"]}""", "template.model")]
    [InlineData("""{"template":GENERATION,"images":["https://example.com/1.png"]}""", "template.image_urls")]
    [InlineData("""{"template":{"image":"x"},"images":["https://example.com/1.png"]}""", "template.image")]
    [InlineData("""{"template":"\ud800","images":["https://example.com/1.png"]}""", "template")]
    [InlineData("""{"template":{"model":"wan2.6-image-to-video","prompt":"\ud800"},"images":["https://example.com/1.png"]}""", "template.prompt")]
    public void A_mistake_names_its_place(string json, string param)
    {
        (BatchOrder? order, IReadOnlyList<ValidationIssue> issues) =
            Read(json.Replace("GENERATION", Generation, StringComparison.Ordinal).Replace("TEMPLATE", Template, StringComparison.Ordinal));
        Assert.Null(order);
        Assert.Equal(param, issues[0].Param);
        Assert.NotEmpty(issues[0].Message);
    }

    [Fact]
    public void An_image_may_be_the_name_of_ones_own()
    {
        string name = new('a', 64);
        Assert.Equal($"/v1/images/{name}", Read($$"""{"template":{{Template}},"images":["{{name}}"]}""").Order!.Requests[0].ImageUrls![0]);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void A_batch_has_at_most_a_thousand_items(int count, bool accepted)
    {
        Assert.Equal(accepted, Read($$"""{"generations":[{{Many(Generation, count)}}]}""").Order is not null);
        Assert.Equal(accepted, Read($$"""{"template":{{Template}},"images":[{{Many("\"https://example.com/1.png\"", count)}}]}""").Order is not null);
    }

    [Fact]
    public void A_mistake_of_the_template_is_told_once() =>
        Assert.Single(Read($$"""{"template":{"prompt":"A cat"},"images":[{{Many("\"https://example.com/1.png\"", 100)}}]}""").Issues);

    [Theory]
    [InlineData("1,")]
    [InlineData("[[],")]
    public void A_body_of_countless_small_values_is_refused_before_it_is_parsed(string piece) =>
        Assert.NotEmpty(Read("""{"generations":[""" + string.Concat(Enumerable.Repeat(piece, 1_000_000))).Issues);

    [Fact]
    public void Every_stored_line_is_the_request_of_its_item()
    {
        BatchOrder order = Read($$"""{"generations":[{{Generation}},{{Generation.Replace("A cat", "Zwölf Kätzchen 🐈\\n", StringComparison.Ordinal)}}]}""").Order!;
        (BinaryData lines, var lengths) = order.Serialize();
        ReadOnlyMemory<byte> second = lines.ToMemory()[lengths[0]..];
        Assert.Equal(lengths[1], second.Length);
        Assert.Equal("Zwölf Kätzchen 🐈\n", JsonSerializer.Deserialize(second.Span, EvolinkJsonContext.Default.VideoGenerationRequest)!.Prompt);
    }
}
