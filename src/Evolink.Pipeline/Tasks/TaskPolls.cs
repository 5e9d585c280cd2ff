using System.Collections.Immutable;
using Evolink.Client;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Tasks;

/// <summary>
/// Reads tasks for all jobs of this instance: polls that fall due within <c>PollBatchWindow</c> of each other share one call, where Evolink
/// offers that.
/// </summary>
/// <remarks>
/// Only what a single read would say as well is taken from a shared one. A task that is left out of it, or that stands in it without what
/// its end needs, is read by itself: being left out does not mean that Evolink does not know it.
/// </remarks>
public sealed partial class TaskPolls(EvolinkClient evolink, IOptions<EvolinkOptions> options, TimeProvider time, ILogger<TaskPolls> log)
{
    // While shared reads fail, which says nothing of single ones, polls go by themselves: no job depends on them.
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private static readonly IReadOnlyDictionary<string, VideoTask> Nothing = ImmutableDictionary<string, VideoTask>.Empty;

    private readonly TimeSpan _window = options.Value.PollBatchWindow;
    private readonly Lock _lock = new();
    private Batch? _open;
    private DateTimeOffset _restsUntil;
    private volatile bool _isNotOffered;

    /// <summary>Whether it is worth polling at the same time as others.</summary>
    public bool AreShared => _window > TimeSpan.Zero && !_isNotOffered;

    /// <summary>Reads a task, perhaps together with others.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public async Task<VideoTask> ReadAsync(string taskId, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, VideoTask> read = Join(taskId) is { } batch ? await batch.Result.WaitAsync(cancellationToken) : Nothing;
        return read.TryGetValue(taskId, out VideoTask? task) && IsWhole(task)
            ? task
            : await evolink.GetTaskAsync(taskId, cancellationToken);
    }

    private static bool IsWhole(VideoTask task) =>
        task is not ({ Status.IsCompleted: true, Results: null or [] } or { Status.IsFailed: true, Error: null });

    private Batch? Join(string taskId)
    {
        lock (_lock)
        {
            if (!AreShared || time.GetUtcNow() < _restsUntil)
                return null;
            Batch batch = _open ??= Begin();
            if (batch.Add(taskId))
                _open = null;
            return batch;
        }
    }

    private Batch Begin()
    {
        Batch batch = new();
        // Whoever joins it waits for its result; the first caller's cancellation does not concern the others.
        _ = Task.Run(() => RunAsync(batch), CancellationToken.None);
        return batch;
    }

    private async Task RunAsync(Batch batch)
    {
        try
        {
            await batch.UntilQuietAsync(_window, time);
            ImmutableHashSet<string> ids;
            lock (_lock)
            {
                if (ReferenceEquals(_open, batch))
                    _open = null;
                ids = batch.Ids;
            }

            batch.End(ids.Count == 1 ? Nothing : await ReadAsync(ids));
        }
        catch (Exception e)
        {
            batch.Fail(e);
        }
    }

    private async Task<IReadOnlyDictionary<string, VideoTask>> ReadAsync(ImmutableHashSet<string> ids)
    {
        try
        {
            IReadOnlyList<VideoTask> tasks = await evolink.GetTasksAsync(ids, CancellationToken.None);
            return tasks.ToImmutableDictionary(task => task.Id!, StringComparer.Ordinal);
        }
        catch (EvolinkException e) when (e.IsNotOffered)
        {
            _isNotOffered = true;
            LogNotOffered(e.StatusCode);
            return Nothing;
        }
        catch (EvolinkException e)
        {
            lock (_lock)
                _restsUntil = time.GetUtcNow() + Rest;
            LogFailed(ids.Count, e.Code, e.StatusCode);
            // A blip, and a refusal of the key, concern single reads as well. Any other refusal may be for one of the ids.
            if (e.IsTransient || e.StatusCode is 401 or 402 or 403)
                throw;
            return Nothing;
        }
    }

    [LoggerMessage(1221, LogLevel.Information, "Evolink does not offer reads of several tasks (HTTP {Status}); each is read by itself.")]
    private partial void LogNotOffered(int? status);

    [LoggerMessage(1222, LogLevel.Warning, "{Count} tasks could not be read together ({Code}, HTTP {Status}); "
        + "for a minute each is read by itself.")]
    private partial void LogFailed(int count, string code, int? status);

    private sealed class Batch
    {
        private readonly TaskCompletionSource<IReadOnlyDictionary<string, VideoTask>> _result =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly TaskCompletionSource _full = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile int _joined;

        public Task<IReadOnlyDictionary<string, VideoTask>> Result => _result.Task;

        public ImmutableHashSet<string> Ids { get; private set; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

        /// <returns>Whether it is full.</returns>
        public bool Add(string taskId)
        {
            Ids = Ids.Add(taskId);
            _joined++;
            if (Ids.Count < TaskBatch.Largest)
                return false;
            _full.TrySetResult();
            return true;
        }

        /// <summary>Ends when it is full, when nobody has joined for a quarter of the window, or when the window is over.</summary>
        public async Task UntilQuietAsync(TimeSpan window, TimeProvider time)
        {
            int before = -1;
            for (int quarters = 0; quarters < 4 && before != _joined && !_full.Task.IsCompleted; quarters++)
            {
                before = _joined;
                await Task.WhenAny(_full.Task, Task.Delay(window / 4, time));
            }
        }

        public void End(IReadOnlyDictionary<string, VideoTask> tasks) => _result.TrySetResult(tasks);

        public void Fail(Exception failure) => _result.TrySetException(failure);
    }
}
