using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Evolink.Client;

// How the app is called.
public partial class EvolinkAppClient
{
    private static Tuple<List<EvolinkAppTask>, string?>? ReadTasks(JsonElement body) => body.Array("data") is { } tasks
        ? Tuple.Create(
            tasks.EnumerateArray().Select(task => EvolinkAppTask.Read(task) ?? throw new JsonException("A task has an id.")).ToList(),
            body.Text("next"))
        : null;

    private static string Query(params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        string query = "";
        foreach ((string name, object? value) in parameters)
        {
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
                query += $"{(query.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(text)}";
        }

        return query;
    }

    // The key goes to the app alone, whatever the path says.
    private Uri At(string path) => new Uri(_settings.BaseUrl, path) is var address && _settings.BaseUrl.IsBaseOf(address)
        ? address
        : throw new ArgumentException($"The path leads away from {_settings.BaseUrl}.", nameof(path));

    private Uri OfTask(string id, string call = "") => At($"v1/tasks/{Segment(id)}{call}");

    private static string Segment(string id) => TaskIds.IsUsable(id)
        ? Uri.EscapeDataString(id)
        : throw new ArgumentException("An id has 1 to 200 visible ASCII characters.", nameof(id));

    private static Func<HttpRequestMessage> Post(Uri address) => () => new HttpRequestMessage(HttpMethod.Post, address);

    private Func<HttpRequestMessage> Post(string path, byte[] json, string idempotencyKey)
    {
        Uri address = At(path);
        return () =>
        {
            HttpRequestMessage message = new(HttpMethod.Post, address)
            {
                Content = new ByteArrayContent(json) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
            };
            message.Headers.Add("Idempotency-Key", idempotencyKey);
            return message;
        };
    }

    private Task<T> CallAsync<T>(
        Func<HttpRequestMessage> create, string action, Func<JsonElement, T?> read, CancellationToken cancellationToken)
        where T : class => _retry.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage message = create();
                using CancellationTokenSource timer = new(_settings.ReadTimeout, _settings.TimeProvider);
                ApiAnswer answer = await _connection.SendAsync(EvolinkClientTelemetry.AppActivity, message, timer.Token, token)
                    .ConfigureAwait(false);
                return answer is { IsSuccess: true, Body: { } body } && Understand(body, read) is { } value
                    ? value
                    : throw Failures.Of(answer, action, answer.Judge());
            },
            cancellationToken).AsTask();

    private static T? Understand<T>(JsonElement body, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            return read(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
