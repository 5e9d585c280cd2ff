using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>Why a job ends before anything was paid for it.</summary>
internal static class SubmitErrors
{
    private const string Expired = "submit_expired";

    /// <summary>It has waited for too long.</summary>
    public static JobError WaitedTooLong(EvolinkOptions options, Attempt? attempt) => new(
        Expired,
        $"This job could not be submitted for {options.MaxSubmitAge.TotalHours:0.#} h; nothing was charged. Last answer of Evolink: "
        + $"{attempt?.Error?.Code ?? "none, the job waited for its client's limits or for the submits of others"}.");

    /// <summary>It would have to wait for too long.</summary>
    public static JobError NoSlot(EvolinkOptions options) => new(
        Expired,
        $"So many jobs wait to be submitted at {options.MaxSubmitsPerSecond:0.###} a second (MaxSubmitsPerSecond) "
        + $"that this one could not be within {options.MaxSubmitAge.TotalHours:0.#} h; nothing was charged. Send it again later.");
}
