namespace Evolink.Benchmarks.Copy;

/// <summary>What is measured.</summary>
internal enum CopyVariant
{
    /// <summary>This project's copy.</summary>
    Evolink,

    /// <summary><c>HttpClient</c> stream into <c>BlobClient.UploadAsync</c>: what people write.</summary>
    Sdk,

    /// <summary><c>rclone copyurl</c>: what people use.</summary>
    Rclone,

    /// <summary>Limit: parts of the source go to storage unseen.</summary>
    Relay,

    /// <summary>Limit: parts of the source go nowhere.</summary>
    Get,

    /// <summary>Limit: prepared memory goes to storage.</summary>
    Put,
}
