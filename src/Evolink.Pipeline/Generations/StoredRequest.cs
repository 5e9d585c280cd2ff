using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>The request as it came, in a blob of its own (<c>generations/requests/{id}.json</c>): it may hold presigned links.</summary>
/// <param name="Body">What the client sent, without its <c>callback_url</c>.</param>
/// <param name="OwnImage">SHA-256 of the client's image in this app's storage, where <c>image_urls</c> pointed there.</param>
/// <param name="ClientCallback">The client's <c>callback_url</c>: Evolink gets ours.</param>
public sealed record StoredRequest(VideoGenerationRequest Body, string? OwnImage, string? ClientCallback);
