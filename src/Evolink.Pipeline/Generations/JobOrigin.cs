using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>Where else the prompt of a job lies: what it was made from, so that a delete finds it.</summary>
public sealed record JobOrigin : StoredDocument
{
    /// <summary>Name of the upload, in the container <c>uploads</c>.</summary>
    public string? UploadName { get; init; }

    /// <summary>Version of the upload.</summary>
    public string? UploadVersion { get; init; }

    /// <summary>The batch.</summary>
    public string? Batch { get; init; }

    /// <summary>Its place in the batch, from 0.</summary>
    public int? BatchIndex { get; init; }
}
