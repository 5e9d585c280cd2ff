using Evolink.Client;

namespace Evolink.Pipeline.Uploads;

/// <summary>Content of a <c>reason.json</c>.</summary>
/// <param name="Name">Name of the upload.</param>
/// <param name="Version">Its ETag.</param>
/// <param name="RejectedAt">When it was rejected.</param>
/// <param name="Code">Code of the reason.</param>
/// <param name="Message">The reason.</param>
/// <param name="Issues">Every mistake, where there are several.</param>
public sealed record RejectedUpload(
    string Name, string? Version, DateTimeOffset RejectedAt, string Code, string Message, IReadOnlyList<ValidationIssue>? Issues);
