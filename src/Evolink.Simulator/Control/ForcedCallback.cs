namespace Evolink.Simulator;

/// <summary>A callback that is sent at once, genuine or forged.</summary>
/// <param name="Body">The body, JSON or not; <see langword="null"/>: what the task's query would answer.</param>
/// <param name="Status">The task's own body, but with this status.</param>
/// <param name="Url">Where to; <see langword="null"/>: the task's callback URL.</param>
/// <param name="Copies">How many are sent at once.</param>
internal sealed record ForcedCallback(string? Body = null, string? Status = null, string? Url = null, int Copies = 1);
