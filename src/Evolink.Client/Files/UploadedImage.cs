namespace Evolink.Client;

/// <summary>An image that Evolink keeps for a while (72 hours), to be named in <see cref="VideoGenerationRequest.ImageUrls"/>.</summary>
/// <param name="FileUrl">Its link.</param>
/// <param name="ExpiresAt">When the link dies, if Evolink said so.</param>
public sealed record UploadedImage(string FileUrl, DateTimeOffset? ExpiresAt);
