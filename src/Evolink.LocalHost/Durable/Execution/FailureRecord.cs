using System.Reflection;
using System.Text.Json;
using Microsoft.DurableTask;
using CoreFailureDetails = DurableTask.Core.FailureDetails;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>A failure as the journal keeps it.</summary>
internal sealed record FailureRecord(string Type, string Message, string? StackTrace = null, FailureRecord? Inner = null, bool IsFinal = false)
{
    /// <summary>Nobody knows a function of this name: calling again cannot help.</summary>
    public static FailureRecord Missing(string type, string what) => new(type, what, IsFinal: true);

    public static FailureRecord Of(Exception exception) => exception switch
    {
        TargetInvocationException { InnerException: { } inner } => Of(inner),
        TaskFailedException failed => new(
            failed.GetType().FullName!, Describe(failed), failed.StackTrace, Of(failed.FailureDetails)),
        _ => new(
            exception.GetType().FullName!,
            exception.Message,
            exception.StackTrace,
            exception.InnerException is { } inner ? Of(inner) : null),
    };

    public static FailureRecord Read(string? json) =>
        JsonSerializer.Deserialize(json ?? "null", DurableJson.Default.FailureRecord)
        ?? new FailureRecord("(unknown)", "The journal holds a failure without a reason.");

    public string ToJson() => JsonSerializer.Serialize(this, DurableJson.Default.FailureRecord);

    public TaskFailureDetails ToDetails() => new(Type, Message, StackTrace, Inner?.ToDetails(), null!);

    /// <summary>The exception that <see cref="RetryPolicy.Handle"/> understands: <c>HandleFailure</c> is reachable through it alone.</summary>
    public CoreTaskFailedException ToCoreException(string taskName) => new(Message) { Name = taskName, FailureDetails = ToCore() };

    public override string ToString() => $"{Type}: {Message}";

    private static string Describe(TaskFailedException failed) =>
        $"Task '{failed.TaskName}' (#{failed.TaskId}) failed with an unhandled exception: {failed.FailureDetails.ErrorMessage}";

    private static FailureRecord Of(TaskFailureDetails details) => new(
        details.ErrorType, details.ErrorMessage, details.StackTrace, details.InnerFailure is { } inner ? Of(inner) : null);

    private CoreFailureDetails ToCore() => new(Type, Message, StackTrace, Inner?.ToCore(), IsFinal);
}
