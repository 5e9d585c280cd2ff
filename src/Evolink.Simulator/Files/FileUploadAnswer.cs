namespace Evolink.Simulator;

/// <summary>The answer of the Files API; <c>success</c> may be false under 200.</summary>
internal sealed record FileUploadAnswer(bool Success, int Code, string Msg, FileUploadData? Data);

/// <summary>A file that was uploaded.</summary>
internal sealed record FileUploadData(
    string FileId,
    string FileName,
    string OriginalName,
    long FileSize,
    string MimeType,
    string FileUrl,
    string DownloadUrl,
    string UploadTime,
    string ExpiresAt);
