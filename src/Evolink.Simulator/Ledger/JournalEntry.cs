using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>One fact. The ledger is what these add up to, live and after a restart alike.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "entry")]
[JsonDerivedType(typeof(Submitted), "submitted")]
[JsonDerivedType(typeof(ImageChecked), "image_checked")]
[JsonDerivedType(typeof(Read), "read")]
[JsonDerivedType(typeof(LinkIssued), "link_issued")]
[JsonDerivedType(typeof(Downloaded), "downloaded")]
[JsonDerivedType(typeof(CallbackSent), "callback_sent")]
[JsonDerivedType(typeof(CallbacksDone), "callbacks_done")]
[JsonDerivedType(typeof(EndForced), "end_forced")]
[JsonDerivedType(typeof(FaultsOrdered), "faults_ordered")]
[JsonDerivedType(typeof(Uploaded), "uploaded")]
internal abstract record JournalEntry
{
    private JournalEntry()
    {
    }

    /// <summary>A submit came. Task, charge and key are one entry, so that no crash can part them.</summary>
    public sealed record Submitted(SubmitEntry Submit, SimulatedTask? Task, string? BodyHash, int? Order) : JournalEntry
    {
        /// <summary>What another user of the account submitted in the same moment.</summary>
        public SimulatedTask? Foreign { get; init; }
    }

    public sealed record ImageChecked(string TaskId, DateTimeOffset At, TaskFailure? Failure) : JournalEntry;

    public sealed record Read(string TaskId, bool Completed) : JournalEntry;

    public sealed record LinkIssued(string TaskId) : JournalEntry;

    public sealed record Downloaded(string TaskId) : JournalEntry;

    public sealed record CallbackSent(string TaskId, CallbackDelivery Delivery) : JournalEntry;

    public sealed record CallbacksDone(string TaskId) : JournalEntry;

    public sealed record EndForced(string TaskId, ForcedEnd End) : JournalEntry;

    public sealed record FaultsOrdered(FaultOrder Order) : JournalEntry;

    public sealed record Uploaded(UploadedFile File) : JournalEntry;
}
