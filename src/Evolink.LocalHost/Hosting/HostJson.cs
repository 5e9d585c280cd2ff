using System.Text.Json;

namespace Evolink.LocalHost.Hosting;

/// <summary>The settings of host.json that matter here.</summary>
/// <param name="RoutePrefix"><c>extensions.http.routePrefix</c>; the host's own default is <c>api</c>.</param>
/// <param name="HubName"><c>extensions.durableTask.hubName</c>.</param>
/// <param name="DefaultVersion"><c>extensions.durableTask.defaultVersion</c>.</param>
/// <param name="MaxConcurrentActivities"><c>extensions.durableTask.maxConcurrentActivityFunctions</c>.</param>
/// <param name="Queues"><c>extensions.queues</c>, as it stands there.</param>
public sealed record HostJson(string RoutePrefix = "api", string? HubName = null, string? DefaultVersion = null, int? MaxConcurrentActivities = null, JsonElement Queues = default)
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a host.json; the host's defaults where there is none.</summary>
    /// <exception cref="LocalHostException">It is not JSON.</exception>
    public static HostJson Read(string file)
    {
        if (!File.Exists(file))
            return new HostJson();
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file), Lenient);
            JsonElement http = Section(json.RootElement, "extensions", "http");
            JsonElement durable = Section(json.RootElement, "extensions", "durableTask");
            JsonElement queues = Section(json.RootElement, "extensions", "queues");
            return new HostJson(
                Text(http, "routePrefix") ?? "api",
                Text(durable, "hubName"),
                Text(durable, "defaultVersion"),
                Number(durable, "maxConcurrentActivityFunctions"),
                queues.ValueKind == JsonValueKind.Undefined ? default : queues.Clone());
        }
        catch (JsonException e)
        {
            throw new LocalHostException($"{file} is not valid JSON: {e.Message}", e);
        }
    }

    private static JsonElement Section(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return default;
        }

        return element;
    }

    private static string? Text(JsonElement section, string name) =>
        Section(section, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static int? Number(JsonElement section, string name) =>
        Section(section, name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt32() : null;
}
