namespace Evolink.Client;

/// <summary>
/// An image that is kept to be named in <see cref="VideoGenerationRequest.ImageUrls"/>, by its <see cref="Uri.OriginalString"/>: by
/// Evolink for 72 hours, by an Evolink.Functions app as long as its operator says.
/// </summary>
/// <param name="FileUrl">Its link, kept to the letter; so it equals no <see cref="Uri"/> that is made in the usual way.</param>
/// <param name="ExpiresAt">When the link dies, if that was said.</param>
public sealed record UploadedImage(Uri FileUrl, DateTimeOffset? ExpiresAt);
