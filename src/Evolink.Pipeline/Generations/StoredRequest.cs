using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>The request as it came, in a blob of its own (<c>generations/requests/{id}.json</c>): it may hold presigned links, so it is never logged.</summary>
/// <param name="Body">What the client sent, its own <c>callback_url</c> included: Evolink gets ours instead.</param>
/// <param name="OwnImage">SHA-256 of the client's image in this app's storage, where <c>image_urls</c> pointed there.</param>
public sealed record StoredRequest(VideoGenerationRequest Body, string? OwnImage);
