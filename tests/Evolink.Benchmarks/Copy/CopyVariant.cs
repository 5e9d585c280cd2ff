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

    /// <summary>Limit: the same with SHA-256 in the video's order; what a copy that hashes could at best be on this machine.</summary>
    Hashed,

    /// <summary>Limit: parts of the source go nowhere.</summary>
    Get,

    /// <summary>Limit: prepared memory goes to storage.</summary>
    Put,

    /// <summary>Limit: SHA-256 over prepared memory, which one processor must do alone.</summary>
    Hash,
}
