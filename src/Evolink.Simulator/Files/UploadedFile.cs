namespace Evolink.Simulator;

/// <summary>A file that came through the Files API.</summary>
internal sealed record UploadedFile(
    string Id,
    string Account,
    string FileName,
    string ContentType,
    long Length,
    DateTimeOffset UploadedAt,
    DateTimeOffset ExpiresAt);
