using Evolink.Client;

namespace Evolink.Pipeline.Generations;

/// <summary>Why a job waits: a code for programs, words for people.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">The words.</param>
public sealed record WaitReason(string Code, string Message)
{
    /// <summary>Evolink refuses the key.</summary>
    public static readonly WaitReason Unauthorized = new(
        "evolink_unauthorized", "Evolink refuses this app's key (Evolink:ApiKey). Jobs go on by themselves once it is right.");

    /// <summary>Evolink does not answer, or something between refuses.</summary>
    public static readonly WaitReason Unreachable = new("evolink_unreachable", "Evolink cannot be reached. It is tried again.");

    /// <summary>Evolink asked to slow down.</summary>
    public static readonly WaitReason Throttled = new("throttled", "Evolink has asked this app to slow down. It is tried again.");

    /// <summary>The account's balance does not cover a generation.</summary>
    public static readonly WaitReason Balance = new(
        "balance", "The balance of the Evolink account does not cover a generation. Jobs go on by themselves once it does.");

    /// <summary>The key has spent what it may, whatever the account holds.</summary>
    public static readonly WaitReason KeyQuota = new(
        "key_quota",
        "This app's key (Evolink:ApiKey) has used up its own quota at Evolink. Jobs go on by themselves once it is raised, or, where it is "
        + "a day's, when that is over.");

    /// <summary>An operator holds all submits back.</summary>
    public static readonly WaitReason Paused = new("paused", "An operator holds all submits back.");

    /// <summary>The client has as much under way as it may, or has used up its day's credits.</summary>
    public static readonly WaitReason ClientLimit = new("client_limit", "This client has as many jobs under way, or as many credits spent today, as it may.");

    /// <summary>Others are before it on the time line of <c>MaxSubmitsPerSecond</c>.</summary>
    public static readonly WaitReason SubmitRate = new("submit_rate", "Other jobs are submitted before this one (Evolink:MaxSubmitsPerSecond).");

    /// <summary>The answer to the submit was lost.</summary>
    public static readonly WaitReason OutcomeUnknown = new(
        "submit_outcome_unknown", "Whether Evolink took the submit is not known yet. It is found out before anything is sent again.");

    /// <summary>Its task failed in a way that is tried again after a pause.</summary>
    public static readonly WaitReason Regeneration = new("regeneration", "Its task failed at Evolink. The next attempt is sent after a pause.");

    /// <summary>Its task failed, and Evolink has not returned its credits yet.</summary>
    public static readonly WaitReason Refund = new("refund", "Its task failed at Evolink, which is about to return the credits.");

    /// <summary>Its image could not be read, or given to Evolink.</summary>
    public static readonly WaitReason Image = new("image", "Its image cannot be handed to Evolink at the moment. It is tried again.");

    /// <summary>Its orchestration does not move: mostly, a newer version of the app has started it, and this one leaves it alone.</summary>
    public static readonly WaitReason Stalled = new(
        "stalled",
        "Its orchestration does not move, and is woken again and again. Where a newer version of this app has started it, only that version goes on with it "
        + "(docs/versioning.md).");

    /// <summary>The video could not be saved.</summary>
    /// <param name="reason">Why; fit for people.</param>
    public static WaitReason SavingFailed(string reason) => new("saving_failed", $"The video could not be saved, which is tried again: {reason}");

    /// <summary>A step failed on this app's storage, or by a fault of this app; it is executed again.</summary>
    public static WaitReason Of(Exception failure) => FailureText.IsStorage(failure)
        ? new("storage", $"This app's storage could not be used, which is tried again: {FailureText.Of(failure)}")
        : new("internal_error", $"A step failed, which is tried again: {FailureText.Of(failure)}");

    /// <summary>Evolink could not be asked, or said no for now.</summary>
    public static WaitReason Of(EvolinkException failure) => Of(failure.StatusCode, failure.Code);

    /// <summary>What became of an attempt that is to be sent again, or whose outcome is not known; null where it waits for nothing.</summary>
    public static WaitReason? Of(Attempt attempt) => attempt.State switch
    {
        AttemptState.NotSent or AttemptState.Throttled => Of(attempt.HttpStatus, attempt.Error?.Code),
        AttemptState.Unknown => OutcomeUnknown,
        _ => null,
    };

    /// <summary>Submits are held back for all jobs, for what one of them was told.</summary>
    /// <param name="code">The code of one of these reasons.</param>
    public static WaitReason OfClosedGate(string? code) =>
        new[] { Unauthorized, Balance, KeyQuota, Throttled }.FirstOrDefault(reason => reason.Code == code) ?? Unreachable;

    private static WaitReason Of(int? status, string? code) => UnpaidCodes.Of(code) switch
    {
        UnpaidReason.Balance => Balance,
        UnpaidReason.KeyQuota or UnpaidReason.KeyDailyQuota => KeyQuota,
        UnpaidReason.KeyRefused => Unauthorized,
        _ => OfStatus(status, code),
    };

    private static WaitReason OfStatus(int? status, string? code) => (status, code) switch
    {
        (401, _) or (_, EvolinkErrorCodes.ApiKeyMissing) => Unauthorized,
        (402, _) => Balance,
        (429, _) => Throttled,
        _ => Unreachable,
    };
}
