using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>What a job that is not over waits for, where that is more than Evolink's work on it.</summary>
/// <param name="Code">One of the codes of <see cref="WaitReason"/>; others may be added.</param>
/// <param name="Message">The same in words, with what to do where something can be done; no links, no prompts.</param>
/// <param name="Since">Since when.</param>
public sealed record WaitingFor(
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("since")] DateTimeOffset Since) : StoredDocument;
