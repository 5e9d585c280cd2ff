namespace Evolink.Pipeline.Generations;

/// <summary>That Evolink has called back. It travels in the event that wakes the orchestration.</summary>
/// <param name="Attempt">The attempt whose callback it was.</param>
/// <param name="At">When it came.</param>
public sealed record CallbackNote(int Attempt, DateTimeOffset At);
