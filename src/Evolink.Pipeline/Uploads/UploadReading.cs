using Evolink.Client;

namespace Evolink.Pipeline.Uploads;

/// <summary>What a look at an upload found.</summary>
public abstract record UploadReading
{
    private UploadReading()
    {
    }

    /// <summary>A video can be made of it; the image is copied, so that nothing that happens to the upload matters any more.</summary>
    /// <param name="Request">What shall be generated.</param>
    public sealed record Usable(VideoGenerationRequest Request) : UploadReading;

    /// <summary>Nothing can be made of it.</summary>
    /// <param name="Reason">Why, and what would be right.</param>
    public sealed record Unusable(RejectReason Reason) : UploadReading;

    /// <summary>This version is not there any more: deleted, or overwritten by one that is told of on its own.</summary>
    public sealed record Gone : UploadReading;
}
