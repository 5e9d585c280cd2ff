namespace Evolink.LocalHost.Cli;

/// <summary>An argument is well-formed, but cannot be worked with (a file that is not there).</summary>
internal sealed class UsageException(string message, Exception? innerException = null) : Exception(message, innerException);
