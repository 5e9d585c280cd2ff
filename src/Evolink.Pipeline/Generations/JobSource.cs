using System.Text.Json.Serialization;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Uploads;

namespace Evolink.Pipeline.Generations;

/// <summary>Where a job came from.</summary>
public sealed record JobSource
{
    /// <summary><c>http</c>, <c>queue</c>, <c>blob</c> or <c>batch</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>The container of the upload.</summary>
    [JsonPropertyName("container")]
    public string? Container { get; init; }

    /// <summary>The name of the upload.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The version of the upload: its ETag.</summary>
    [JsonPropertyName("version")]
    public string? Version { get; init; }

    /// <summary>The id of the queue message.</summary>
    [JsonPropertyName("message_id")]
    public string? MessageId { get; init; }

    /// <summary>The batch.</summary>
    [JsonPropertyName("batch")]
    public string? Batch { get; init; }

    /// <summary>The place in the batch, from 0.</summary>
    [JsonPropertyName("index")]
    public int? Index { get; init; }

    /// <summary>Where the job of a record came from.</summary>
    public static JobSource Of(JobRecord job) => new()
    {
        Kind = job.Source,
        Container = job.Source == Upload.Source ? EvolinkStorage.UploadsContainer : null,
        Name = job.Origin?.UploadName,
        Version = job.Origin?.UploadVersion,
        MessageId = job.Origin?.MessageId,
        Batch = job.Origin?.Batch,
        Index = job.Origin?.BatchIndex,
    };
}
