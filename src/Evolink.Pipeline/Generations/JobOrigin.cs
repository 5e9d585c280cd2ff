using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Generations;

/// <summary>What a job was made from, where that is no request over HTTP. Its prompt lies there too: a delete finds it by this.</summary>
public sealed record JobOrigin : StoredDocument
{
    /// <summary>Name of the upload, in the container <c>uploads</c>.</summary>
    public string? UploadName { get; init; }

    /// <summary>Version of the upload.</summary>
    public string? UploadVersion { get; init; }

    /// <summary>Name of the video's copy below <c>by-name/</c>, by <c>Uploads:OutputName</c> as it was then; null: there is none.</summary>
    public string? OutputName { get; init; }

    /// <summary>Id of the queue message.</summary>
    public string? MessageId { get; init; }

    /// <summary>The batch.</summary>
    public string? Batch { get; init; }

    /// <summary>Its place in the batch, from 0.</summary>
    public int? BatchIndex { get; init; }
}
