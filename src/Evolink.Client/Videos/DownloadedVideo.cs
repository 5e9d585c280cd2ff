namespace Evolink.Client;

/// <summary>What a download wrote.</summary>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of the bytes, hexadecimal, lower case.</param>
public sealed record DownloadedVideo(long Size, string Sha256);
