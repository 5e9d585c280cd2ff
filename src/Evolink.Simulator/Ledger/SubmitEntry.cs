namespace Evolink.Simulator;

/// <summary>One submit, as it came and as it was answered.</summary>
/// <param name="Number">1, 2, ... over the life of the data folder.</param>
/// <param name="At">When it came.</param>
/// <param name="Account">Whose it was; <see langword="null"/> where the API key was not known.</param>
/// <param name="IdempotencyKey">Its <c>Idempotency-Key</c>.</param>
/// <param name="TaskId">The task it made or met.</param>
/// <param name="Charged">Whether it was charged for.</param>
/// <param name="Credits">The charge.</param>
/// <param name="Answer">What the caller got: a status with the error's code, <c>replayed</c>, or the kind of the fault.</param>
public sealed record SubmitEntry(
    long Number,
    DateTimeOffset At,
    string? Account,
    string? IdempotencyKey,
    string? TaskId,
    bool Charged,
    decimal Credits,
    string Answer);
