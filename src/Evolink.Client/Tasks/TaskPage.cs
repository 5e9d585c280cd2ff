using System.Text.Json;

namespace Evolink.Client;

/// <summary>A page of the task list.</summary>
/// <param name="Tasks">The tasks, newest first.</param>
/// <param name="Total">How many there are on all pages; <see langword="null"/> where Evolink does not say.</param>
internal sealed record TaskPage(IReadOnlyList<ListedTask> Tasks, long? Total)
{
    /// <summary>
    /// The page, or <see langword="null"/> where the JSON is none. A line without an id makes it none: who looks for a task must not take a
    /// list that cannot be read for one that does not hold it.
    /// </summary>
    public static TaskPage? Read(JsonElement body)
    {
        if (body.Array("data") is not { } lines) return null;
        List<ListedTask> tasks = [];
        foreach (JsonElement line in lines.EnumerateArray())
        {
            if (line.Text("id") is not { Length: > 0 } id) return null;
            tasks.Add(ReadTask(line, id));
        }

        return new TaskPage(tasks, body.Whole("total") ?? body.Object("data")?.Whole("total"));
    }

    private static ListedTask ReadTask(JsonElement line, string id) => new()
    {
        Id = id,
        Status = new VideoTaskStatus(line.Text("status")?.Trim()),
        Model = line.Text("model"),
        Type = line.Text("type"),
        Progress = line.Number("progress") is { } progress ? (int)Math.Clamp(progress, 0, 100) : null,
        CreatedAt = line.Time("created_at") ?? line.Time("created"),
        CreditsUsed = line.Number("credits_used"),
        HasResults = line.Flag("has_results"),
        HasError = line.Flag("has_error"),
    };
}
