using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Evolink.LocalHost.Hosting;

namespace Evolink.Benchmarks.Hostile;

/// <summary>Makes requests that are nearly right, for every route of the app. The same seed and number make the same request.</summary>
internal sealed class HostileRequests(int seed, string key, string ownJob, string imageUrl, byte[] image)
{
    private const int LargeOneIn = 5_000;
    private const int LargestBody = 1_200_000;

    private static readonly (string Route, string[] Methods)[] Routes = [.. ReadRoutes()];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"];
    private static readonly string[] QueryNames = ["a", "k", "s", "e", "c", "limit", "after", "status", "ids", "client", "disposition", "x"];

    private static readonly string[] HeaderNames =
    [
        "Idempotency-Key", "Prefer", "Range", "If-None-Match", "If-Match", "If-Modified-Since", "Accept", "Accept-Encoding", "Origin", "Cookie", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host",
        "X-MS-CLIENT-PRINCIPAL", "X-MS-CLIENT-PRINCIPAL-ID", "X-HTTP-Method-Override", "Content-Encoding", "traceparent", "Expect", "Host",
    ];

    private static readonly Dictionary<string, string> Generation = new(StringComparer.Ordinal)
    {
        ["model"] = "\"wan2.6-image-to-video\"",
        ["prompt"] = "\"A cat playing piano\"",
        ["image_urls"] = "[\"https://example.com/cat.png\"]",
        ["duration"] = "5",
        ["quality"] = "\"720p\"",
        ["prompt_extend"] = "true",
        ["model_params"] = "{\"shot_type\":\"single\"}",
        ["audio_url"] = "\"https://example.com/a.mp3\"",
        ["callback_url"] = "\"https://example.com/hook\"",
    };

    private static readonly Dictionary<string, string> Batch = new(StringComparer.Ordinal)
    {
        ["requests"] = $"[{Object(Generation)},{Object(Generation)}]",
        ["template"] = Object(Generation),
        ["images"] = "[\"https://example.com/a.png\",\"https://example.com/b.png\"]",
        ["max_in_flight"] = "5",
    };

    /// <summary>A right body of a generation.</summary>
    public static string RightGeneration(string imageUrl) => $$"""{"model":"wan2.6-image-to-video","prompt":"A cat playing piano","image_urls":["{{imageUrl}}"],"duration":2}""";

    /// <summary>The request of a number.</summary>
    public HttpRequestMessage Make(int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        (string route, string[] methods) = Routes[random.Next(Routes.Length)];
        string method = random.Next(6) == 0 ? Methods[random.Next(Methods.Length)] : methods[random.Next(methods.Length)].ToUpperInvariant();
        UriCreationOptions asWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };
        string address = Escaped($"{Path(route, random)}{Query(random)}");
        HttpRequestMessage request = new(new HttpMethod(method), Uri.TryCreate($"http://app{address}", asWritten, out Uri? uri) ? uri : new Uri("http://app/"));
        AddHeaders(request.Headers, random);
        if (method is not ("GET" or "HEAD" or "TRACE") || random.Next(20) == 0)
            request.Content = Content(route, random);
        return request;
    }

    /// <summary>Bytes that are nearly a request, for a connection of their own.</summary>
    public byte[] MakeRaw(int number)
    {
        Random random = new(unchecked((seed * 1_000_003) + number));
        string body = RightGeneration(imageUrl);
        string head = $"POST /v1/videos/generations HTTP/1.1\r\nHost: app\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n";
        return Garbage.Mutate(Encoding.UTF8.GetBytes(head + body), random);
    }

    private static string Object(IEnumerable<KeyValuePair<string, string>> fields) => $"{{{string.Join(',', fields.Select(field => $"\"{field.Key}\":{field.Value}"))}}}";

    private string Path(string route, Random random) => "/" + string.Join('/', route.Split('/').Select(segment => segment switch
    {
        ['{', '*', ..] => random.Next(3) == 0 ? "v1/nothing" : Garbage.Text(random),
        ['{', 'i', 'g', ..] => "",
        ['{', ..] => random.Next(3) == 0 ? ownJob : Garbage.Text(random),
        _ => random.Next(40) == 0 ? Garbage.Text(random) : segment,
    }));

    private static string Query(Random random)
    {
        int names = random.Next(4);
        return names == 0 ? "" : "?" + string.Join('&', Enumerable.Range(0, names).Select(_ => $"{QueryNames[random.Next(QueryNames.Length)]}={Garbage.Text(random)}"));
    }

    // What the client library itself refuses to send in a request line; all else goes as it is.
    private static string Escaped(string address)
    {
        StringBuilder escaped = new();
        foreach (byte value in Encoding.UTF8.GetBytes(address))
        {
            if (value is > 32 and < 127 and not (byte)'#')
                escaped.Append((char)value);
            else
                escaped.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    private void AddHeaders(HttpRequestHeaders headers, Random random)
    {
        string? authorization = random.Next(10) switch
        {
            < 6 => $"Bearer {key}",
            6 => $"bearer  {key} ",
            7 => $"Bearer {Garbage.Text(random)}",
            8 => Garbage.Text(random),
            _ => null,
        };
        if (authorization is not null)
            headers.TryAddWithoutValidation("Authorization", Header(authorization));
        for (int i = random.Next(4); i > 0; i--)
        {
            string name = HeaderNames[random.Next(HeaderNames.Length)];
            string value = name switch
            {
                "Prefer" => random.Next(2) == 0 ? "wait=1" : Garbage.Text(random),
                "Expect" => "100-continue",
                "Host" => random.Next(2) == 0 ? "app" : "evil.example",
                _ => Garbage.Text(random),
            };
            headers.TryAddWithoutValidation(name, Header(value));
        }
    }

    private static string Header(string value) => string.Concat(value.Select(c => c is >= ' ' and <= '~' ? c : '?'));

    private ByteArrayContent Content(string route, Random random)
    {
        byte[] body = random.Next(LargeOneIn) == 0 ? new byte[random.Next(LargestBody)]
            : route.EndsWith("images", StringComparison.Ordinal) ? Garbage.Mutate(image, random)
            : random.Next(3) == 0 ? Garbage.Mutate(Encoding.UTF8.GetBytes(RightGeneration(imageUrl)), random)
            : Garbage.Json(route.EndsWith("batches", StringComparison.Ordinal) ? Batch : route.EndsWith("attach", StringComparison.Ordinal) ? new Dictionary<string, string>(StringComparer.Ordinal) { ["evolink_task_id"] = "\"task-1\"" } : Generation, random);
        ByteArrayContent content = new(body);
        if (random.Next(4) != 0)
            content.Headers.TryAddWithoutValidation("Content-Type", random.Next(5) == 0 ? Header(Garbage.Text(random)) : "application/json");
        return content;
    }

    // As the app's build lists its functions.
    private static IEnumerable<(string Route, string[] Methods)> ReadRoutes()
    {
        JsonNode functions = JsonNode.Parse(File.ReadAllBytes(System.IO.Path.Combine(FunctionApp.Folder, "functions.metadata")))!;
        return from function in functions.AsArray()
               orderby (string?)function!["name"]
               from binding in function["bindings"]!.AsArray()
               where (string?)binding!["type"] == "httpTrigger"
               select ((string?)binding["route"] ?? "", binding["methods"]?.Deserialize<string[]>() ?? ["get", "post", "options"]);
    }
}
