using System.Text.Json;
using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Functions.Callbacks;

/// <summary>The body of a callback: a task, as the query shows it. Anything may come; nothing of it is believed.</summary>
internal static class CallbackBody
{
    /// <summary>The task id that it names, at the top or within <c>data</c>; null where it names none that could be one.</summary>
    public static string? TaskId(ReadOnlyMemory<byte> body) => Text(body, "id") is { } id && TaskIds.IsUsable(id) ? id : null;

    /// <summary>Whether it says that the task is completed. Good for a note, and for nothing else.</summary>
    public static bool SaysCompleted(ReadOnlyMemory<byte> body) => new VideoTaskStatus(Text(body, "status")).IsCompleted;

    private static string? Text(ReadOnlyMemory<byte> body, string name)
    {
        using JsonDocument? document = IncomingJson.ParseHints(body);
        return document is null
            ? null
            : Text(document.RootElement, name)
                ?? (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("data", out JsonElement data) ? Text(data, name) : null);
    }

    private static string? Text(JsonElement task, string name)
    {
        if (task.ValueKind != JsonValueKind.Object || !task.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            return null;
        }
    }
}
