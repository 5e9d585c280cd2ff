namespace Evolink.LocalHost;

/// <summary>Something outside of this program is not as it must be. The message is a whole sentence for a person: what is wrong, and what to do.</summary>
public sealed class LocalHostException(string message, Exception? innerException = null) : Exception(message, innerException);
