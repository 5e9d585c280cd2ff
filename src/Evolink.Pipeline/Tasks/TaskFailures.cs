using Evolink.Client;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Tasks;

/// <summary>What a task's failure means. Source of the table: Evolink's documentation of task errors.</summary>
public static class TaskFailures
{
    private const int MaxCode = 100;
    private const int MaxMessage = 500;
    private const int MaxRead = 4000;

    /// <summary>The error of a failed task, the provider's code kept.</summary>
    public static JobError Of(VideoTask task) => task switch
    {
        { Status.IsCancelled: true } => new("request_cancelled", Message(task) ?? "The task was cancelled at Evolink."),
        { Error.Code: { Length: > 0 } code } =>
            new(code[..Math.Min(code.Length, MaxCode)], Message(task) ?? "Evolink gave no words for it."),
        _ => new("unknown_error", Message(task) ?? "Evolink said that the task failed, and not why."),
    };

    /// <summary>How long to wait before such a failure may be generated again, or null where that would only cost again.</summary>
    public static TimeSpan? RegenerateAfter(string code) => code switch
    {
        "service_error" => TimeSpan.FromSeconds(45),
        "service_unavailable" => TimeSpan.FromMinutes(3),
        "resource_exhausted" => TimeSpan.FromMinutes(3),
        "generation_timeout" => TimeSpan.FromSeconds(30),
        "quota_exceeded" => TimeSpan.FromMinutes(5),
        // The sources disagree on generation_failed_no_content and unknown_error; what nobody listed is not paid for twice.
        _ => null,
    };

    // The provider's words go into the record, which lists and events show: one line, bounded, without links, which may be signed. Cut
    // before they are looked through, for there may be any number of them; a link at the cut is taken out as far as it is there.
    private static string? Message(VideoTask task)
    {
        if (task.Error?.Message is not { Length: > 0 } message)
            return null;
        string head = message.Length > MaxRead ? message[..MaxRead] : message;
        string words = FailureText.WithoutLinks(head.ReplaceLineEndings(" "));
        return words.Length > MaxMessage ? words[..MaxMessage] : words;
    }
}
