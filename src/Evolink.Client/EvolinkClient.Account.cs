using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Evolink.Client;

// What Evolink's own tools use, and its public contract does not hold: each may be missing, which is EvolinkErrorCodes.NotOffered.
public partial class EvolinkClient
{
    /// <summary>Lists the tasks of the whole account, newest first, page by page as they are asked for. Blips are tried again.</summary>
    /// <remarks>Not in the public contract. The list may lag behind, and an empty one does not prove that no task was created.</remarks>
    /// <exception cref="EvolinkException">It could not be read; <see cref="EvolinkException.IsNotOffered"/>: there is no such
    /// list.</exception>
    public virtual async IAsyncEnumerable<ListedTask> ListTasksAsync(
        TaskListFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        filter ??= new TaskListFilter();
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int number = 1; ; number++)
        {
            TaskPage page = await ReadPageAsync(filter, number, cancellationToken).ConfigureAwait(false);
            List<ListedTask> unseen = [.. page.Tasks.Where(task => seen.Add(task.Id))];
            // Tasks that are made meanwhile push others onto the next page, but never all of a page: such a list does not know pages.
            if (page.Tasks.Count > 0 && unseen.Count == 0)
                throw Unlisted("the next page holds nothing new", EvolinkErrorCodes.NotOffered);
            foreach (ListedTask task in unseen)
                yield return task;
            if (page.Tasks.Count == 0 && page.Total > seen.Count)
                throw Unlisted($"it holds {seen.Count} of {page.Total} tasks", EvolinkErrorCodes.UnreadableAnswer);
            if (page.Tasks.Count == 0 || page.Total <= seen.Count)
                yield break;
        }
    }

    /// <summary>Reads several tasks, up to 50 in one call. Blips are tried again.</summary>
    /// <returns>The tasks that Evolink knows, in no particular order: unknown ones, and those of other accounts, are left out.</returns>
    /// <remarks>Not in the public contract.</remarks>
    /// <exception cref="EvolinkException">They could not be read; <see cref="EvolinkException.IsNotOffered"/>: only single reads
    /// are.</exception>
    /// <exception cref="ArgumentException">One of the ids cannot exist.</exception>
    public virtual async Task<IReadOnlyList<VideoTask>> GetTasksAsync(
        IReadOnlyCollection<string> taskIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskIds);
        foreach (string taskId in taskIds)
            CheckTaskId(taskId);
        List<VideoTask> tasks = [];
        foreach (string[] some in taskIds.Distinct(StringComparer.Ordinal).Chunk(TaskBatch.Largest))
        {
            IReadOnlyList<VideoTask> read = await _reads.ExecuteAsync(
                async token => await ReadTasksOnceAsync(some, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            tasks.AddRange(read.Where(task => some.Contains(task.Id, StringComparer.Ordinal))
                .DistinctBy(task => task.Id, StringComparer.Ordinal));
        }

        return tasks;
    }

    /// <summary>Reads the ids of the models that the key may use. Blips are tried again.</summary>
    /// <remarks>Not in the public contract.</remarks>
    /// <exception cref="EvolinkException">They could not be read; <see cref="EvolinkException.IsNotOffered"/>: there is no such
    /// list.</exception>
    public virtual Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default) =>
        _reads.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage message = new(HttpMethod.Get, new Uri(_settings.BaseUrl, "v1/models"));
                return await ReadAsync(
                    EvolinkClientTelemetry.ListModelsActivity, message, "reading the models", isOptional: true, ReadModels, token)
                    .ConfigureAwait(false);
            },
            cancellationToken).AsTask();

    private static IReadOnlyList<string>? ReadModels(JsonElement body) => body.Array("data") is { } models
        ? [.. models.EnumerateArray().Select(model => model.Text("id") ?? model.AsText()).OfType<string>()]
        : null;

    private async Task<IReadOnlyList<VideoTask>> ReadTasksOnceAsync(string[] taskIds, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, new Uri(_settings.BaseUrl, "v1/tasks/batch"))
        {
            Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(new TaskBatch(taskIds), EvolinkJsonContext.Default.TaskBatch)),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await ReadAsync(
            EvolinkClientTelemetry.GetTasksActivity, message, "reading the tasks", isOptional: true, TaskBatch.Read, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<TaskPage> ReadPageAsync(TaskListFilter filter, int number, CancellationToken cancellationToken)
    {
        int size = Math.Clamp(filter.PageSize, 1, TaskListFilter.LargestPage);
        string query = string.Create(CultureInfo.InvariantCulture, $"?page={number}&page_size={size}")
            + Parameter("status", filter.Status?.Value) + Parameter("type", filter.Type) + Parameter("model", filter.Model);
        return await _reads.ExecuteAsync(
            async token =>
            {
                using HttpRequestMessage message = new(HttpMethod.Get, new Uri(_settings.BaseUrl, "v1/tasks" + query));
                return await ReadAsync(
                    EvolinkClientTelemetry.ListTasksActivity, message, "listing the tasks", isOptional: true, TaskPage.Read, token)
                    .ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private static EvolinkException Unlisted(string why, string code) =>
        new($"Failed listing the tasks: {why}.", SubmitOutcome.NotSent) { Code = code, IsTransient = code != EvolinkErrorCodes.NotOffered };
}
