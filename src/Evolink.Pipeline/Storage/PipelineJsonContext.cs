using System.Text.Json.Serialization;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Uploads;

namespace Evolink.Pipeline.Storage;

/// <summary>Source-generated JSON of what is kept in storage.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(JobRecord))]
[JsonSerializable(typeof(RecordHead))]
[JsonSerializable(typeof(JobTombstone))]
[JsonSerializable(typeof(StoredRequest))]
[JsonSerializable(typeof(JobClaim))]
[JsonSerializable(typeof(BatchRecord))]
[JsonSerializable(typeof(GateState))]
[JsonSerializable(typeof(RejectedUpload))]
[JsonSerializable(typeof(RateState))]
[JsonSerializable(typeof(JobEventData))]
[JsonSerializable(typeof(ClientAccount))]
[JsonSerializable(typeof(MinuteState))]
public sealed partial class PipelineJsonContext : JsonSerializerContext;

/// <summary>Content of <c>generations/claims/{taskId}</c>: which job owns a task of Evolink's.</summary>
/// <param name="Job">The job.</param>
/// <param name="Attempt">Its attempt.</param>
public sealed record JobClaim(JobId Job, int Attempt);
