using System.Text.Json;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Callbacks;

/// <summary>The body of a callback: a task, as the query shows it. Anything may come; nothing of it is believed.</summary>
internal static class CallbackBody
{
    private static readonly JsonDocumentOptions Bounded = new() { MaxDepth = 32 };

    /// <summary>The task id that it names, at the top or within <c>data</c>; null where it names none that could be one.</summary>
    public static string? TaskId(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Bounded);
            return Id(document.RootElement) ?? (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("data", out JsonElement data) ? Id(data) : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Id(JsonElement task)
    {
        if (task.ValueKind != JsonValueKind.Object || !task.TryGetProperty("id", out JsonElement id) || id.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return id.GetString() is { } text && TaskIds.IsPlain(text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return null;
        }
    }
}
