using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>The body of <c>POST /v1/tasks/batch</c>.</summary>
/// <param name="TaskIds">At most <see cref="Largest"/>.</param>
public sealed record TaskBatch([property: JsonPropertyName("task_ids")] IReadOnlyList<string> TaskIds)
{
    /// <summary>Ids that Evolink takes in one call.</summary>
    public const int Largest = 50;

    /// <summary>The tasks of an answer, or <see langword="null"/> where it is none. What is no task in it is passed over.</summary>
    internal static IReadOnlyList<VideoTask>? Read(JsonElement body) =>
        body.Array("data") is { } tasks
            ? [.. tasks.EnumerateArray().Select(VideoTaskReader.Read).OfType<VideoTask>().Where(task => task.Id is not null)]
            : null;
}
