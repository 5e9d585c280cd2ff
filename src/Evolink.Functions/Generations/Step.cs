using System.Text.Json.Serialization;

namespace Evolink.Functions.Generations;

/// <summary>What an activity tells the orchestration. Flat, because it travels as JSON and stays in histories: members are only ever added.</summary>
/// <param name="Kind">How to go on.</param>
/// <param name="At">When; null for at once.</param>
public sealed record Step(StepKind Kind, DateTimeOffset? At);

/// <summary>How an orchestration goes on after an activity.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StepKind>))]
public enum StepKind
{
    /// <summary>The same activity once more, at the time given or when woken.</summary>
    Again,

    /// <summary>It did what it is there for: on to the next one, if there is one.</summary>
    Done,

    /// <summary>The task failed, and the options allow to pay for another attempt.</summary>
    SubmitAgain,

    /// <summary>The run is over, and its end is told.</summary>
    Stop,
}
