namespace Evolink.LocalHost.Functions;

/// <summary>What starts a function.</summary>
public enum FunctionTrigger
{
    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>A blob that was written.</summary>
    Blob,

    /// <summary>A queue message.</summary>
    Queue,

    /// <summary>A schedule.</summary>
    Timer,

    /// <summary>The Durable engine, for an orchestration.</summary>
    Orchestration,

    /// <summary>The Durable engine, for an activity.</summary>
    Activity,
}
