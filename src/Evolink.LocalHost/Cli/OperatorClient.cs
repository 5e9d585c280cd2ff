using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Evolink.LocalHost.Cli;

/// <summary>Makes one call of an operator's.</summary>
internal sealed class OperatorClient : IDisposable
{
    // For people: a link keeps its &.
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _http;

    public OperatorClient(Uri endpoint, string key)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = endpoint.AbsoluteUri.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/"),
            Timeout = TimeSpan.FromMinutes(4),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Evolink.LocalHost", typeof(OperatorClient).Assembly.GetName().Version?.ToString(3)));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The answer, as readable JSON.</summary>
    /// <exception cref="AppException">The app refused, with its own code and words.</exception>
    public async Task<string> SendAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        JsonNode? answer = Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        if (response.IsSuccessStatusCode && answer is not null)
            return answer.ToJsonString(Readable);
        JsonNode? error = (answer as JsonObject)?["error"];
        throw new AppException((string?)error?["code"] ?? "invalid_answer", (string?)error?["message"] ?? $"The app answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
