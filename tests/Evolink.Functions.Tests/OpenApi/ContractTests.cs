using System.Reflection;
using System.Text.Json.Nodes;
using Evolink.OpenApi;
using Evolink.Testing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;

namespace Evolink.Functions.Tests.OpenApi;

/// <summary>The contract that the app carries, against the code that it speaks of. What it promises is tried in EndToEnd.Tests.</summary>
public sealed class ContractTests
{
    private static readonly string Embedded = Read();

    private static readonly JsonNode Document = JsonNode.Parse(Embedded)!;

    private static IEnumerable<(string Name, JsonObject Operation)> Operations =>
        from path in Document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        select ($"{method.Key} {path.Key}", method.Value!.AsObject());

    [Fact]
    public void It_is_what_the_code_makes_of_itself() => Assert.True(
        Contract.ToJson() == Embedded, "The code has changed. Renew its contract: dotnet run --project eng/openapi src/Evolink.Functions/OpenApi/openapi.json");

    [Fact]
    public void It_is_valid_OpenAPI()
    {
        ReadResult result = OpenApiDocument.Parse(Embedded, OpenApiConstants.Json);

        Assert.Empty(result.Diagnostic!.Errors.Concat(result.Diagnostic.Warnings));
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, result.Diagnostic.SpecificationVersion);
    }

    [Fact]
    public void Every_route_is_described_with_every_method_and_nothing_else_is()
    {
        IEnumerable<string> routes =
            from method in typeof(EvolinkFunctions).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            from parameter in method.GetParameters()
            let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
            from name in trigger?.Methods ?? []
            select $"{name} /{trigger!.Route!.Replace("{ignored:maxlength(0)?}", "", StringComparison.Ordinal)}";

        Assert.Equal(routes.Order(StringComparer.Ordinal), Operations.Select(operation => operation.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_fits_its_schema()
    {
        JsonSchemaCheck check = new(Document);
        string[] problems =
        [
            .. from content in Everything(Document).Where(node => node["schema"] is not null)
               from example in Examples(content)
               from problem in check.Problems(example, content["schema"]!)
               select $"{content.GetPath()}: {problem}",
        ];

        Assert.Empty(problems);
    }

    [Fact]
    public void Whoever_needs_a_key_is_told_of_the_limits() => Assert.All(
        Operations.Where(operation => operation.Operation["security"] is null),
        operation => Assert.True(operation.Operation["responses"]!["429"] is not null && operation.Operation["responses"]!["401"] is not null, operation.Name));

    private static IEnumerable<JsonNode?> Examples(JsonObject content) =>
    [
        .. content.ContainsKey("example") ? [content["example"]] : Array.Empty<JsonNode?>(),
        .. content["examples"]?.AsObject().Select(example => example.Value!["value"]).Where(value => value is not null) ?? [],
    ];

    private static IEnumerable<JsonObject> Everything(JsonNode? node) => node switch
    {
        JsonObject found => found.SelectMany(property => Everything(property.Value)).Prepend(found),
        JsonArray list => list.SelectMany(Everything),
        _ => [],
    };

    private static string Read()
    {
        using StreamReader reader = new(typeof(EvolinkFunctions).Assembly.GetManifestResourceStream("docs/openapi.json")!);
        return reader.ReadToEnd();
    }
}
