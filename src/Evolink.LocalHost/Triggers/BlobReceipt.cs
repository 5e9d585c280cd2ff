namespace Evolink.LocalHost.Triggers;

/// <summary>What is remembered of a blob.</summary>
/// <param name="ETag">The version that was seen last.</param>
/// <param name="Tries">How often a function has been started for it.</param>
/// <param name="Done">Whether that is over.</param>
internal sealed record BlobReceipt(string ETag, int Tries, bool Done);
