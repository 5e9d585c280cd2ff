using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evolink.Client.Tests.Models;

/// <summary>Requests that are made of JSON go out as they came in.</summary>
public sealed class JsonRequestTests
{
    private const string Odd = """
        { "zeta" : [1.50, 1e5, 9007199254740993, 123456789012345678901234567890],
          "model":"sora-2-pro","prompt":"\u732b 猫 🐈 \ud83d\udc08",  "alpha":{"b":null,"a":{"deep":[[],{}]}}, "image_urls" : "not a list", "duration":"8s"}
        """;

    private static VideoGenerationRequest Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return VideoGenerationRequest.Of(document.RootElement);
    }

    private static string Sent(VideoGenerationRequest request) => Encoding.UTF8.GetString(request.ToUtf8Bytes());

    [Fact]
    public void What_no_type_of_ours_holds_goes_out_byte_for_byte() => Assert.Equal(Odd.Trim(), Sent(Of(Odd.Trim())));

    [Fact]
    public void A_property_that_was_changed_is_changed_in_its_place_and_nothing_else_is()
    {
        var request = Of("""{"callback_url":"https://a.example/1" , "model":"m","n":1.0,"reference":"mine","x":[ 1 ]}""");

        Assert.Equal(
            """{"callback_url":"https://b.example/2" , "model":"m","n":1.0,"x":[ 1 ],"quality":"720p"}""",
            Sent(request with { CallbackUrl = "https://b.example/2", Reference = null, Quality = "720p" }));
    }

    [Theory]
    [InlineData("""{"a":1,"b":2,"c":3}""", "a", """{"b":2,"c":3}""")]
    [InlineData("""{"a":1,"b":2,"c":3}""", "b", """{"a":1,"c":3}""")]
    [InlineData("""{"a":1 , "b":{"a":[]} }""", "b", """{"a":1 }""")]
    [InlineData("""{ "a":1 }""", "a", """{  }""")]
    [InlineData("""{"b":{"a":1}}""", "a", """{"b":{"a":1}}""")]
    public void A_field_is_taken_out_with_its_comma(string json, string field, string rest) => Assert.Equal(rest, Sent(Of(json).Without([field])));

    [Theory]
    [InlineData("""{}""", """{"x":[1]}""")]
    [InlineData("""{ "a":1 }""", """{ "a":1,"x":[1] }""")]
    [InlineData("""{"x":"old","a":1}""", """{"x":[1],"a":1}""")]
    public void A_field_is_set_in_its_place_or_behind_the_others(string json, string after) =>
        Assert.Equal(after, Sent(Of(json).With("x", JsonElement.Parse("[1]"))));

    [Fact]
    public void Texts_are_replaced_wherever_they_stand_as_a_value()
    {
        var request = Of("""{"own":"x","a":{"own":["own","o\u0077n",{"b":"own"}]}, "c":"owner"}""");
        Assert.Equal(
            """{"own":"x","a":{"own":["new","new",{"b":"new"}]}, "c":"owner"}""", Sent(request.WithTexts(text => text == "own" ? "new" : null)));
    }

    [Fact]
    public void Of_a_model_and_an_object_keeps_the_fields_in_their_order_and_numbers_exact()
    {
        var body = JsonNode.Parse("""{"b":9007199254740993,"a":{"z":1.10},"prompt":"p"}""")!.AsObject();
        var request = VideoGenerationRequest.Of("kling-o3-image-to-video", body);
        Assert.Equal("""{"model":"kling-o3-image-to-video","b":9007199254740993,"a":{"z":1.10},"prompt":"p"}""", Sent(request));
        Assert.Equal(("kling-o3-image-to-video", "p"), (request.Model, request.Prompt));
        Assert.Throws<ArgumentException>(() => VideoGenerationRequest.Of("m", new JsonObject { ["model"] = "other" }));
    }

    [Fact]
    public async Task The_client_sends_it_as_it_is()
    {
        await using var api = await StubApi.StartAsync(200, """{"id":"task-unified-1757169743-7cvnl5zw","status":"pending"}""");
        var body = Odd.Trim().Replace("\"image_urls\" : \"not a list\"", "\"image_urls\" : [ ]", StringComparison.Ordinal);

        await api.Client().SubmitAsync(Of(body));

        // The stub tells its bytes one by one.
        Assert.Equal(body, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Assert.Single(api.Seen).Body)));
    }

    [Fact]
    public void Random_edits_keep_every_other_member()
    {
        var random = new Random(20);
        for (var round = 0; round < 2000; round++)
        {
            string[] names = [.. Enumerable.Range(0, random.Next(6)).Select(_ => $"f{random.Next(8)}").Distinct()];
            var json = "{" + string.Join(Blank() + "," + Blank(), names.Select(name => $"\"{name}\"{Blank()}:{Blank()}{Value(2)}")) + "}";
            var name = $"f{random.Next(8)}";
            var value = Value(2);

            using var without = JsonDocument.Parse(Of(json).Without([name]).ToUtf8Bytes());
            using var with = JsonDocument.Parse(Of(json).With(name, JsonElement.Parse(value)).ToUtf8Bytes());

            Assert.Equal(names.Where(each => each != name), without.RootElement.EnumerateObject().Select(member => member.Name));
            Assert.Equal(names.Contains(name) ? names : [.. names, name], with.RootElement.EnumerateObject().Select(member => member.Name));
            Assert.Equal(value, with.RootElement.GetProperty(name).GetRawText());
            using var before = JsonDocument.Parse(json);
            foreach (var other in names.Where(each => each != name))
            {
                Assert.Equal(before.RootElement.GetProperty(other).GetRawText(), without.RootElement.GetProperty(other).GetRawText());
                Assert.Equal(before.RootElement.GetProperty(other).GetRawText(), with.RootElement.GetProperty(other).GetRawText());
            }
        }

        string Blank() => random.Next(3) == 0 ? " \n" : "";

        string Value(int depth) => random.Next(depth > 0 ? 6 : 4) switch
        {
            0 => "null",
            1 => "9007199254740993.0",
            2 => "\"\\u0061,}]\"",
            3 => "true",
            4 => $"[{Value(depth - 1)}{Blank()},{Value(depth - 1)}]",
            _ => $"{{\"f1\":{Value(depth - 1)}}}",
        };
    }
}
