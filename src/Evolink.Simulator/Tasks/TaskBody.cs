using Evolink.Client;

namespace Evolink.Simulator;

/// <summary>The body that tells of a task: answer to the submit, to the query, and body of the callback.</summary>
internal static class TaskBody
{
    public static VideoTask AtSubmit(SimulatedTask task) => Of(task, new TaskCourse(TaskCourse.Pending, 0)) with
    {
        TaskInfo = new VideoTaskInfo { CanCancel = true, EstimatedTime = task.TakesTime },
        Usage = Usage(task),
    };

    public static VideoTask Of(SimulatedTask task, TaskCourse course, IReadOnlyList<string>? links = null) => new()
    {
        CreatedAt = task.CreatedAt,
        Id = task.Id,
        Model = task.Model,
        Object = "video.generation.task",
        Progress = course.Progress,
        Status = new VideoTaskStatus(course.Status),
        Results = links is null ? null : [.. links.Select(SimulatorHttp.Exact)],
        Error = course.Failure is { } failure ? new VideoTaskError { Code = failure.Code, Message = failure.Message, Type = "task_error" } : null,
        TaskInfo = new VideoTaskInfo { CanCancel = course.EndedAt is null },
        Type = "video",
        Usage = course.IsCompleted ? Usage(task) with { CreditsUsed = task.Credits } : null,
    };

    private static VideoUsage Usage(SimulatedTask task) => new()
    {
        BillingRule = VideoBillingRule.PerSecond,
        CreditsReserved = task.Credits,
        UserGroup = VideoUserGroup.Default,
    };
}
