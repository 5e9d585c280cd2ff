using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Evolink.Functions;
using Evolink.Functions.Http;
using Evolink.OpenApi.Operations;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.OpenApi;

/// <summary>The contract of the app: routes, methods and keys from its functions, schemas from its types, the rest from <see cref="Operation"/>s.</summary>
internal static partial class Contract
{
    private const string Bearer = "bearerAuth";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>In the order in which their examples work one after the other.</summary>
    public static IReadOnlyList<Operation> Operations { get; } =
        [.. ImageOperations.All, .. GenerationOperations.All, .. TaskOperations.All, .. BatchOperations.All, .. OperatorOperations.All, .. AssistantOperations.All, .. AppOperations.All];

    /// <summary>The document, as it is committed.</summary>
    public static string ToJson() => Build().ToJsonString(Readable) + "\n";

    private static JsonObject Build()
    {
        Dictionary<string, HttpTriggerAttribute> triggers = Triggers();
        if (triggers.Keys.Except(Operations.Select(operation => operation.Function)).Order(StringComparer.Ordinal).FirstOrDefault() is { } silent)
            throw new InvalidOperationException($"Function {silent} is not described: add an {nameof(Operation)} for it in eng/openapi/Operations.");
        Schemas schemas = new();
        JsonObject paths = [];
        foreach (Operation operation in Operations)
        {
            if (!triggers.TryGetValue(operation.Function, out HttpTriggerAttribute? trigger))
                throw new InvalidOperationException($"There is no function {operation.Function} any more: remove its {nameof(Operation)} from eng/openapi/Operations.");
            string path = PathOf(trigger.Route!);
            JsonObject item = paths[path] as JsonObject ?? [];
            paths[path] = item;
            foreach (string method in trigger.Methods!)
                item.Add(method, Describe(operation, method, schemas));
        }

        JsonObject shared = new(Answers.Shared.Select(answer => KeyValuePair.Create<string, JsonNode?>(answer.Key, DescribeAnswer(answer.Value, schemas, withBody: true))));
        return Document(paths, schemas.Components, shared);
    }

    // The function that takes whatever no other takes names no methods, and is no part of the contract.
    private static Dictionary<string, HttpTriggerAttribute> Triggers() => new(
        from type in typeof(EvolinkFunctions).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger is { Methods.Length: > 0 }
        select KeyValuePair.Create(function.Name, trigger), StringComparer.Ordinal);

    // Constraints are the router's; the root is spelled as an optional segment that is never there.
    private static string PathOf(string route) => route == "{ignored:maxlength(0)?}" ? "/" : $"/{Constraint().Replace(route, "}")}";

    private static JsonObject Document(JsonObject paths, JsonObject components, JsonObject shared) => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Evolink.Functions",
            ["description"] = Words.Introduction,
            ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            ["version"] = typeof(EvolinkFunctions).Assembly.GetName().Version!.ToString(3),
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = "/", ["description"] = "The app that answered this." }),
        ["security"] = new JsonArray(new JsonObject { [Bearer] = new JsonArray() }),
        ["tags"] = new JsonArray([.. Words.Tags.Select(tag => (JsonNode)new JsonObject { ["name"] = tag.Name, ["description"] = tag.Description })]),
        ["paths"] = paths,
        ["components"] = new JsonObject
        {
            ["schemas"] = components,
            ["responses"] = shared,
            ["securitySchemes"] = new JsonObject { [Bearer] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = Words.Key } },
        },
    };

    private static JsonObject Describe(Operation operation, string method, Schemas schemas)
    {
        bool open = RequestGate.Open.Contains(operation.Function);
        bool head = method == "head";
        JsonObject described = new()
        {
            ["operationId"] = JsonNamingPolicy.CamelCase.ConvertName(operation.Function) + (head ? "Head" : ""),
            ["tags"] = new JsonArray(operation.Tag),
            ["summary"] = head ? $"{operation.Summary} (the head alone)" : operation.Summary,
        };
        if (operation.Description is { } words)
            described["description"] = words;
        if (open)
            described["security"] = operation.TakesSignedLinks ? new JsonArray(new JsonObject { [Bearer] = new JsonArray() }, new JsonObject()) : new JsonArray();
        if (operation.Parameters.Count > 0)
            described["parameters"] = new JsonArray([.. operation.Parameters.Select(DescribeParameter)]);
        if (operation.Body is { } body)
            described["requestBody"] = DescribeBody(body, schemas);
        described["responses"] = new JsonObject(
            from answer in operation.Answers.Select(answer => (answer.Status, Described: DescribeAnswer(answer, schemas, withBody: answer.HasBody && !head)))
                .Concat(Answers.Shared.Where(shared => !open || shared.Value == Answers.Internal).Select(shared => (shared.Value.Status, Described: new JsonObject { ["$ref"] = $"#/components/responses/{shared.Key}" })))
            orderby answer.Status
            select KeyValuePair.Create<string, JsonNode?>($"{answer.Status}", answer.Described));
        return described;
    }

    private static JsonNode DescribeParameter(Parameter parameter)
    {
        JsonObject described = new() { ["name"] = parameter.Name, ["in"] = parameter.In, ["description"] = parameter.Description };
        if (parameter.In == "path")
            described["required"] = true;
        described["schema"] = parameter.Schema.DeepClone();
        if (parameter.Example is { } example)
            described["example"] = example.DeepClone();
        if (parameter.Examples is { } examples)
            described["examples"] = new JsonObject(examples.Select(named => KeyValuePair.Create<string, JsonNode?>(named.Key, new JsonObject { ["value"] = named.Value })));
        return described;
    }

    private static JsonObject DescribeBody(Body body, Schemas schemas)
    {
        JsonObject content = [];
        if (body.Schema is { } schema)
            content["schema"] = schema(schemas);
        content["examples"] = new JsonObject(body.Examples.Select(example => KeyValuePair.Create<string, JsonNode?>(example.Name, example.ExternalValue is { } link
            ? new JsonObject { ["summary"] = example.Summary, ["externalValue"] = link }
            : new JsonObject { ["summary"] = example.Summary, ["value"] = example.Value?.DeepClone() })));
        return new JsonObject { ["description"] = body.Description, ["required"] = true, ["content"] = new JsonObject { [body.MediaType] = content } };
    }

    private static JsonObject DescribeAnswer(Answer answer, Schemas schemas, bool withBody)
    {
        JsonObject described = new() { ["description"] = answer.Description };
        if (answer.Headers.Count > 0)
            described["headers"] = new JsonObject(answer.Headers.Select(name => KeyValuePair.Create<string, JsonNode?>(name, Answers.Header(name))));
        if (!withBody)
            return described;
        JsonObject content = [];
        if (answer.Type is { } type)
            content["schema"] = schemas.Of(type);
        if (answer.Example is { } example)
            content["example"] = example.DeepClone();
        described["content"] = new JsonObject(
            answer.OrElse.Prepend(answer.MediaType).Select(media => KeyValuePair.Create<string, JsonNode?>(media, content.DeepClone())));
        return described;
    }

    [GeneratedRegex(@":[^{}]*\}|\?\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();
}
