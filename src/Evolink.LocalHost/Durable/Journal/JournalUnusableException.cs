namespace Evolink.LocalHost.Durable.Journal;

/// <summary>The journal cannot be opened: another process has it, or a newer program wrote it.</summary>
public sealed class JournalUnusableException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
