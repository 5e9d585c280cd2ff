using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Testing;
using Evolink.Testing.Hosting;

namespace EndToEnd.Tests;

/// <summary>Every example of the contract is sent to a running app as it stands there, one operation after the other, and the answer is held to what the contract says of it.</summary>
[Collection(nameof(GateCollection))]
public sealed class ContractExampleTests(GateApp gate)
{
    // All others succeed. In the order of the document the job is completed by then, and the signature of the example is none.
    private static readonly Dictionary<string, HttpStatusCode> Refused = new(StringComparer.Ordinal)
    {
        ["callbackReceived"] = HttpStatusCode.NotFound,
        ["attachTask"] = HttpStatusCode.Conflict,
        ["freeClaim"] = HttpStatusCode.NotFound,
        ["retrySaveTask"] = HttpStatusCode.Conflict,
    };

    [Fact]
    public async Task Every_example_is_answered_as_described()
    {
        TestApp app = await gate.App;
        using HttpClient client = app.Client(key: null);
        JsonNode contract = JsonNode.Parse(await client.GetStringAsync("openapi.json"))!;
        JsonSchemaCheck check = new(contract);
        int sent = 0;
        // What removes a job comes last.
        IEnumerable<(string Path, string Method, JsonNode Operation)> operations =
            from path in contract["paths"]!.AsObject()
            from method in path.Value!.AsObject()
            orderby method.Key == "delete"
            select (path.Key, method.Key, method.Value!);
        foreach ((string path, string method, JsonNode operation) in operations)
        {
            foreach ((string? example, HttpContent? body) in await BodiesAsync(client, operation))
            {
                using HttpRequestMessage request = Request(method, path, operation, example, body);
                using HttpResponseMessage response = await client.SendAsync(request);
                await AssertDescribedAsync(response, operation, check, $"{method} {path} {example}");
                await AwaitEndAsync(app, operation, response);
                sent++;
            }
        }

        Assert.True(sent > 30, $"{sent} examples were sent.");
    }

    private static async Task<IReadOnlyList<(string? Example, HttpContent? Body)>> BodiesAsync(HttpClient client, JsonNode operation)
    {
        if (operation["requestBody"] is not { } described)
            return [(null, null)];
        (string mediaType, JsonNode? content) = described["content"]!.AsObject().Single();
        List<(string?, HttpContent?)> bodies = [];
        foreach ((string name, JsonNode? example) in content!["examples"]!.AsObject())
        {
            byte[] body = example!["externalValue"] is { } link
                ? await client.GetByteArrayAsync(link.GetValue<string>())
                : Encoding.UTF8.GetBytes(example["value"]!.ToJsonString());
            bodies.Add((name, new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } }));
        }

        return bodies;
    }

    private static HttpRequestMessage Request(string method, string path, JsonNode operation, string? example, HttpContent? body)
    {
        HttpRequestMessage request = new(HttpMethod.Parse(method), (string?)null) { Content = body };
        List<string> query = [];
        foreach (JsonNode? parameter in operation["parameters"]?.AsArray() ?? [])
        {
            string name = parameter!["name"]!.GetValue<string>();
            // What has no example may be left out; examples of one name belong together.
            if ((parameter["example"] ?? (example is null ? null : parameter["examples"]?[example]?["value"]))?.ToString() is not { } value)
                continue;
            switch (parameter["in"]!.GetValue<string>())
            {
                case "path": path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal); break;
                case "query": query.Add($"{name}={Uri.EscapeDataString(value)}"); break;
                default: request.Headers.Add(name, value); break;
            }
        }

        request.RequestUri = new Uri(query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", UriKind.Relative);
        // With the key where one is needed or taken, and without where the contract says that nobody needs one.
        if (operation["security"] is not JsonArray { Count: 0 })
        {
            bool forOperators = operation["tags"]![0]!.GetValue<string>() == "Operators";
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", forOperators ? TestApp.OperatorKey : TestApp.ClientKey);
        }

        return request;
    }

    private static async Task AssertDescribedAsync(HttpResponseMessage response, JsonNode operation, JsonSchemaCheck check, string what)
    {
        string body = await response.Content.ReadAsStringAsync();
        bool asExpected = Refused.TryGetValue(operation["operationId"]!.GetValue<string>(), out HttpStatusCode expected)
            ? response.StatusCode == expected : response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.Found;
        Assert.True(asExpected, $"{what}: {(int)response.StatusCode} {body}");
        JsonNode? answer = operation["responses"]![$"{(int)response.StatusCode}"];
        Assert.True(answer is not null, $"{what}: {(int)response.StatusCode} is not described.");
        foreach ((string name, JsonNode? header) in answer["headers"]?.AsObject() ?? [])
        {
            if (response.Headers.TryGetValues(name, out IEnumerable<string>? values) && header!["schema"]!["type"]!.GetValue<string>() == "integer")
                Assert.All(values, value => Assert.True(int.TryParse(value, out _), $"{what}: {name} is {value}."));
        }

        if (answer["content"] is not { } content)
        {
            Assert.True(body.Length == 0, $"{what}: {body}");
            return;
        }

        JsonNode? described = content[response.Content.Headers.ContentType?.MediaType ?? ""];
        Assert.True(described is not null, $"{what}: {response.Content.Headers.ContentType} is not described.");
        if (described["schema"] is { } schema)
            Assert.True(check.Problems(JsonNode.Parse(body), schema) is [], $"{what}: {string.Join(", ", check.Problems(JsonNode.Parse(body), schema))} in {body}");
    }

    // What comes next in the document speaks of a video that is there.
    private static async Task AwaitEndAsync(TestApp app, JsonNode operation, HttpResponseMessage response)
    {
        if (operation["operationId"]!.GetValue<string>() == "createGeneration")
            Assert.Equal(JobState.Completed, (await app.EndOfAsync(JobId.Parse((await response.JsonAsync()).GetProperty("id").GetString()!))).State);
    }
}
