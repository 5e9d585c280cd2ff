using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>Source-generated JSON of the journal, the control API and the answers that the client has no types for.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters =
    [
        typeof(SnakeCase<UnusableBody>), typeof(SnakeCase<RetryAfterForm>), typeof(SnakeCase<OddErrorShape>),
        typeof(SnakeCase<UrlPart>), typeof(SnakeCase<MalformedBody>), typeof(SnakeCase<ResultsShape>),
    ])]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(FaultOrder))]
[JsonSerializable(typeof(ForcedCallback))]
[JsonSerializable(typeof(TaskFailure))]
[JsonSerializable(typeof(LedgerReport))]
[JsonSerializable(typeof(TaskReport[]))]
[JsonSerializable(typeof(CallbackDelivery[]))]
[JsonSerializable(typeof(CreditsAnswer))]
[JsonSerializable(typeof(TaskListAnswer))]
[JsonSerializable(typeof(ModelsAnswer))]
[JsonSerializable(typeof(FileUploadAnswer))]
internal sealed partial class SimulatorJson : JsonSerializerContext
{
    /// <summary>Enumerations as <c>snake_case</c> names.</summary>
    internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
        where T : struct, Enum;
}
