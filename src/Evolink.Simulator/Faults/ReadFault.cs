using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>
/// What goes wrong with a task, as its query shows it. Three families: faults of the <em>course</em> (what becomes of the task; they show in the
/// callback too), faults of single <em>reads</em> (used up one after the other, each <see cref="Times"/> times), and faults of the <em>results</em>
/// of a completed task (used up by the reads that find it completed).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Stuck), "stuck")]
[JsonDerivedType(typeof(ZeroUntilDone), "zero_until_done")]
[JsonDerivedType(typeof(GoesDown), "goes_down")]
[JsonDerivedType(typeof(Fails), "fails")]
[JsonDerivedType(typeof(FailsWithoutError), "fails_without_error")]
[JsonDerivedType(typeof(Cancelled), "cancelled")]
[JsonDerivedType(typeof(NotFound), "not_found")]
[JsonDerivedType(typeof(ErrorStatus), "error_status")]
[JsonDerivedType(typeof(TimesOut), "times_out")]
[JsonDerivedType(typeof(OddStatus), "odd_status")]
[JsonDerivedType(typeof(OddResults), "odd_results")]
public abstract record ReadFault
{
    private ReadFault()
    {
    }

    /// <summary>How many reads it spoils; <see langword="null"/>: all. Without meaning for faults of the course.</summary>
    public int? Times { get; init; }

    /// <summary>Processing for ever.</summary>
    public sealed record Stuck : ReadFault;

    /// <summary>Progress stays 0 until the task is completed.</summary>
    public sealed record ZeroUntilDone : ReadFault;

    /// <summary>Progress begins high and goes down.</summary>
    public sealed record GoesDown : ReadFault;

    /// <summary>The task fails.</summary>
    /// <param name="Code">One of the documented codes, or any other.</param>
    /// <param name="Message">Words for people; <see langword="null"/> for two lines of them.</param>
    public sealed record Fails(string Code, string? Message = null) : ReadFault;

    /// <summary>The task fails, and says nothing of why.</summary>
    public sealed record FailsWithoutError : ReadFault;

    /// <summary>The task ends in a status that is not documented.</summary>
    /// <param name="Spelling"><c>cancelled</c> or <c>canceled</c>.</param>
    public sealed record Cancelled(string Spelling = "cancelled") : ReadFault;

    /// <summary>404, as just after a submit.</summary>
    public sealed record NotFound : ReadFault;

    /// <summary>An error instead of the task.</summary>
    /// <param name="Status">Such as 401, 403, 429, 500, 502.</param>
    /// <param name="Html">A gateway's HTML page instead of the error envelope.</param>
    public sealed record ErrorStatus(int Status, bool Html = false) : ReadFault;

    /// <summary>No answer for a while, then a reset.</summary>
    /// <param name="Seconds">How long nothing happens.</param>
    public sealed record TimesOut(double Seconds = 300) : ReadFault;

    /// <summary>A status that nobody knows.</summary>
    /// <param name="Value">The status.</param>
    /// <param name="WithLink">Whether the link of a completed task stands beside it.</param>
    /// <param name="ErrorCode">The code of an error that stands beside it.</param>
    public sealed record OddStatus(string Value = "queued_for_review", bool WithLink = false, string? ErrorCode = null) : ReadFault;

    /// <summary>Completed, with <c>results</c> in another shape than an array of links.</summary>
    /// <param name="Shape">Which.</param>
    public sealed record OddResults(ResultsShape Shape) : ReadFault;
}

/// <summary>Shapes of the results of a completed task.</summary>
public enum ResultsShape
{
    /// <summary><c>"results": null</c>.</summary>
    Null,

    /// <summary><c>"results": []</c>.</summary>
    Empty,

    /// <summary>No <c>results</c> at all.</summary>
    Missing,

    /// <summary><c>"results": {"url": "..."}</c>.</summary>
    Object,

    /// <summary>The whole task inside of <c>{"data": ...}</c>.</summary>
    Wrapped,

    /// <summary><c>"result_data": {"video_url": "..."}</c> in place of <c>results</c>.</summary>
    VideoUrl,
}
