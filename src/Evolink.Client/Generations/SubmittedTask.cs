namespace Evolink.Client;

/// <summary>A submit that Evolink accepted: the task exists, credits are reserved.</summary>
/// <param name="Task">The task; its <see cref="VideoTask.Id"/> is there and usable.</param>
/// <param name="RequestId">Evolink's name of the request, for support; not always there.</param>
/// <param name="IsReplay">Whether Evolink said that this is an earlier task, found by its idempotency key.</param>
public sealed record SubmittedTask(VideoTask Task, string? RequestId, bool IsReplay)
{
    /// <summary>The task's id.</summary>
    public string TaskId => Task.Id ?? throw new InvalidOperationException("A submitted task has an id.");
}
