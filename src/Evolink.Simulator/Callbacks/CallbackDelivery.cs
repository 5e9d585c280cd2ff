namespace Evolink.Simulator;

/// <summary>One attempt to deliver a callback.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="What">What was sent: <c>genuine</c>, <c>processing</c>, <c>tampered</c> and so on.</param>
/// <param name="Attempt">1, and up to 4 with its three retries.</param>
/// <param name="Status">The receiver's answer; <see langword="null"/> where none came.</param>
/// <param name="Error">Why no answer came.</param>
public sealed record CallbackDelivery(DateTimeOffset At, string What, int Attempt, int? Status, string? Error);
