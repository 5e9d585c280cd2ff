namespace Evolink.LocalHost.Cli;

/// <summary>An image that was read from a file.</summary>
internal sealed record LocalImage(byte[] Bytes, string ContentType);
