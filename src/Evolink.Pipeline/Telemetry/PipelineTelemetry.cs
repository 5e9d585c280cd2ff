namespace Evolink.Pipeline.Telemetry;

/// <summary>Names of what the pipeline tells through System.Diagnostics; docs/operations.md says what each means.</summary>
public static class PipelineTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Evolink.Pipeline";

    /// <summary>Activity: a request becomes a job.</summary>
    public const string AcceptActivity = "evolink.accept";

    /// <summary>Activity: a job is submitted, or it is found out what became of its submit.</summary>
    public const string SubmitActivity = "evolink.submit";

    /// <summary>Activity: Evolink is asked how a job's task stands.</summary>
    public const string PollActivity = "evolink.poll";

    /// <summary>Activity: Evolink has called back for a job.</summary>
    public const string CallbackActivity = "evolink.callback";

    /// <summary>Activity: a job's video is brought into storage.</summary>
    public const string SaveActivity = "evolink.save";

    /// <summary>Activity: a job gets its terminal state.</summary>
    public const string FinishActivity = "evolink.finish";

    /// <summary>Activity: a job's end is told to its client.</summary>
    public const string WebhookActivity = "evolink.webhook";
}
