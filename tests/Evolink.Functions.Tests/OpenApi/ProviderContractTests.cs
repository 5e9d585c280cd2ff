using System.Text;
using System.Text.Json.Nodes;
using Evolink.Pipeline.Generations;
using Evolink.Testing;
using YamlDotNet.Serialization;

namespace Evolink.Functions.Tests.OpenApi;

/// <summary>
/// Our contract against the provider's own, word for word from its documentation (wan2.6-image-to-video.yaml): what a client may send there we take, and what it
/// expects back we answer.
/// </summary>
public sealed class ProviderContractTests
{
    private const string Path = "/v1/videos/generations";
    private const string Json = "application/json";

    private static readonly RequestRules Rules = new([new Uri("https://app.example.com")], AllowLoopback: false, AllowUnknown: false);

    private static readonly JsonObject Ours = Read("docs/openapi.json", typeof(EvolinkFunctions));
    private static readonly JsonObject Theirs = Read("wan2.6-image-to-video.yaml", typeof(ProviderContractTests));
    private static readonly JsonSchemaCheck OurCheck = new(Ours);
    private static readonly JsonSchemaCheck TheirCheck = new(Theirs);

    private static JsonObject OurRequest => Resolve(OurCheck, Ours["paths"]![Path]!["post"]!["requestBody"]!["content"]![Json]!["schema"]!);

    private static JsonObject TheirRequest => Resolve(TheirCheck, Theirs["paths"]![Path]!["post"]!["requestBody"]!["content"]![Json]!["schema"]!);

    [Fact]
    public void Whatever_it_names_a_client_may_send_we_take()
    {
        JsonObject least = new() { ["model"] = "wan2.6-image-to-video", ["prompt"] = "A cat", ["image_urls"] = new JsonArray("https://example.com/image1.png") };
        JsonObject[] bodies = [least, .. Values("", TheirRequest, TheirCheck).Select(value => With(least, value.Path, value.Value))];

        Assert.True(bodies.Length > 25, $"Only {bodies.Length} bodies follow from the provider's contract.");
        Assert.All(bodies, body =>
        {
            Assert.Empty(TheirCheck.Problems(body, TheirRequest));
            Assert.Empty(OurCheck.Problems(body, OurRequest));
            Assert.Empty(GenerationRequestReader.Read(Encoding.UTF8.GetBytes(body.ToJsonString()), Rules).Issues);
        });
    }

    [Fact]
    public void Whatever_it_requires_of_a_client_is_enough_for_us() =>
        Assert.Subset(Names(TheirRequest["required"]!), Names(OurRequest["required"]!));

    [Fact]
    public void Whatever_it_tells_of_a_task_we_tell_alike()
    {
        JsonObject theirs = Resolve(TheirCheck, Theirs["paths"]![Path]!["post"]!["responses"]!["200"]!["content"]![Json]!["schema"]!);
        JsonObject ours = Resolve(OurCheck, Ours["paths"]![Path]!["post"]!["responses"]!["200"]!["content"]![Json]!["schema"]!);

        Assert.Empty(Differences("", theirs, ours));
        // And what we say that we answer, by their schema too.
        foreach (string path in new[] { Path, "/v1/tasks/{id}" })
        {
            JsonObject operation = Ours["paths"]![path]!.AsObject().First().Value!.AsObject();
            Assert.Empty(TheirCheck.Problems(operation["responses"]!["200"]!["content"]![Json]!["example"], theirs));
        }
    }

    [Fact]
    public void Errors_have_its_envelope_and_its_words()
    {
        JsonObject theirs = Theirs["paths"]![Path]!["post"]!["responses"]!.AsObject();
        JsonObject ours = Ours["paths"]![Path]!["post"]!["responses"]!.AsObject();
        // 403 tells that a key may not use the model: that is between the app and Evolink, and fails the task, not the request.
        string[] statuses = [.. theirs.Select(answer => answer.Key).Where(status => status is not ("200" or "403"))];

        Assert.Equal(["400", "401", "402", "429", "500"], statuses);
        Assert.All(statuses, status =>
        {
            JsonNode their = theirs[status]!["content"]![Json]!;
            JsonNode our = Resolve(OurCheck, ours[status]!)["content"]![Json]!;
            Assert.Empty(TheirCheck.Problems(our["example"], their["schema"]!));
            Assert.Equal(
                (their["example"]!["error"]!["code"]!.GetValue<string>(), their["example"]!["error"]!["type"]!.GetValue<string>()),
                (our["example"]!["error"]!["code"]!.GetValue<string>(), our["example"]!["error"]!["type"]!.GetValue<string>()));
        });
    }

    private static HashSet<string> Names(JsonNode list) => [.. list.AsArray().Select(name => name!.GetValue<string>())];

    // Every property alone, with each value that its schema names: examples, choices, and the ends of what is allowed.
    private static IEnumerable<(string Path, JsonNode Value)> Values(string path, JsonObject schema, JsonSchemaCheck check) =>
        from property in schema["properties"]!.AsObject()
        let found = Resolve(check, property.Value!)
        let name = $"{path}{property.Key}"
        from value in found["properties"] is not null ? Values($"{name}.", found, check) : Named(found).Select(value => (Path: name, Value: value))
        select value;

    private static IEnumerable<JsonNode> Named(JsonObject schema) =>
    [
        .. new[] { schema["example"], schema["default"], schema["minimum"], schema["maximum"] }.OfType<JsonNode>(),
        .. schema["examples"]?.AsArray().OfType<JsonNode>() ?? [],
        .. schema["enum"]?.AsArray().OfType<JsonNode>() ?? [],
        .. schema["maxLength"] is { } longest ? [string.Concat(Enumerable.Repeat("\U0001F3B9", longest.GetValue<int>()))] : Array.Empty<JsonNode>(),
        .. schema["minimum"] is { } least && schema["maximum"] is { } most
            ? Enumerable.Range(least.GetValue<int>(), most.GetValue<int>() - least.GetValue<int>()).Select(number => (JsonNode)number) : [],
        .. schema["type"]!.GetValue<string>() == "boolean" ? [true, false] : Array.Empty<JsonNode>(),
        // Choices that stand in the words alone.
        .. schema["enum"] is null && schema["description"]?.GetValue<string>() is { } words && words.Contains("**Options:**", StringComparison.Ordinal)
            ? words.Split('\n').Where(line => line.StartsWith("- `", StringComparison.Ordinal)).Select(line => (JsonNode)line.Split('`')[1]) : [],
    ];

    private static JsonObject With(JsonObject least, string path, JsonNode value)
    {
        JsonObject body = least.DeepClone().AsObject();
        string[] names = path.Split('.');
        JsonObject target = body;
        foreach (string name in names[..^1])
            target = (target[name] ??= new JsonObject()).AsObject();
        target[names[^1]] = value.DeepClone();
        return body;
    }

    private static IEnumerable<string> Differences(string path, JsonObject theirs, JsonObject ours) => theirs["properties"]!.AsObject().SelectMany(property =>
    {
        string name = $"{path}{property.Key}";
        if (ours["properties"]?[property.Key] is not { } mine)
            return [$"{name} is missing"];
        JsonObject their = Resolve(TheirCheck, property.Value!);
        JsonObject our = Resolve(OurCheck, mine);
        string[] different =
        [
            .. JsonNode.DeepEquals(their["type"], our["type"]) ? Array.Empty<string>() : [$"{name} is {our["type"]}, not {their["type"]}"],
            // What we answer is among what it names; what Evolink itself said (billing_rule, user_group) is passed on as it came.
            .. from word in our["const"] is { } only ? [only] : our["enum"]?.AsArray().ToArray() ?? []
               where their["enum"] is JsonArray known && !known.Any(one => JsonNode.DeepEquals(one, word))
               select $"{name} may be {word}, which it does not name",
        ];
        return their["properties"] is null ? different : different.Concat(Differences($"{name}.", their, our));
    });

    private static JsonObject Resolve(JsonSchemaCheck check, JsonNode node) => node["$ref"] is { } reference ? check.Resolve(reference.GetValue<string>()) : node.AsObject();

    private static JsonObject Read(string resource, Type beside)
    {
        using StreamReader reader = new(beside.Assembly.GetManifestResourceStream(resource)!);
        if (resource.EndsWith(".json", StringComparison.Ordinal))
            return JsonNode.Parse(reader.ReadToEnd())!.AsObject();
        object yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize(reader)!;
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(yaml))!.AsObject();
    }
}
