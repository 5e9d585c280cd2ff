using Evolink.Client;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;

namespace Evolink.Pipeline.Tasks;

/// <summary>Reads tasks from Evolink, which alone knows the truth about them.</summary>
/// <remarks>
/// A finished task is remembered for a moment, and handed out once: saving begins right after the read that saw the end, and its link
/// is then as fresh as a second read would make it. Every further try to save reads anew.
/// </remarks>
public sealed partial class TaskReader(EvolinkClient evolink, TimeProvider time, ILogger<TaskReader> log) : IDisposable
{
    private const int MaxRemembered = 1000;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(60);

    private readonly MemoryCache _finished = new(new MemoryCacheOptions { SizeLimit = MaxRemembered, Clock = new CacheClock(time) });

    /// <summary>Reads a task.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public async Task<VideoTask> ReadAsync(string taskId, CancellationToken cancellationToken)
    {
        VideoTask task = await evolink.GetTaskAsync(taskId, cancellationToken);
        if (task.Status.IsCompleted)
            _finished.Set(taskId, task, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = FreshFor });
        return task;
    }

    /// <summary>Reads a task, unless this process saw it finished a moment ago and nobody has used that reading.</summary>
    /// <exception cref="EvolinkException">It could not be read.</exception>
    public async Task<VideoTask> ReadForSaveAsync(string taskId, CancellationToken cancellationToken)
    {
        if (_finished.TryGetValue(taskId, out VideoTask? task) && task is not null)
        {
            _finished.Remove(taskId);
            return task;
        }

        return await evolink.GetTaskAsync(taskId, cancellationToken);
    }

    /// <summary>Reads a task, or says why not.</summary>
    public async Task<(VideoTask? Task, EvolinkException? Failure)> TryReadAsync(string taskId, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadAsync(taskId, cancellationToken), null);
        }
        catch (EvolinkException e)
        {
            LogNotRead(taskId, e.Code, e.StatusCode);
            return (null, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _finished.Dispose();

    [LoggerMessage(1201, LogLevel.Warning, "Task {TaskId} could not be read ({Code}, HTTP {Status}).")]
    private partial void LogNotRead(string taskId, string code, int? status);

    private sealed class CacheClock(TimeProvider time) : Microsoft.Extensions.Internal.ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
