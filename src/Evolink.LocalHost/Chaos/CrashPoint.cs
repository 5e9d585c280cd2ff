namespace Evolink.LocalHost.Chaos;

/// <summary>The places between two writes where a crash would cost money or a video if nothing were there to find out.</summary>
internal enum CrashPoint
{
    /// <summary>Evolink has answered a submit; the write of the job record that would say so is on its way, and does not arrive.</summary>
    PostBeforeRecord,

    /// <summary>The blocks of a video are staged; their commit is on its way, and does not arrive.</summary>
    StageBeforeCommit,

    /// <summary>A video is committed, and the job record does not say so yet.</summary>
    CommitBeforeRecord,

    /// <summary>The job record says how the job ended, and nobody was told.</summary>
    RecordBeforeEvent,
}
