using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>What goes wrong with one submit. The <c>charged</c> of a fault says whether the task exists, and is paid for, all the same.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Reset), "reset")]
[JsonDerivedType(typeof(Hang), "hang")]
[JsonDerivedType(typeof(ServerError), "server_error")]
[JsonDerivedType(typeof(UnusableAnswer), "unusable_answer")]
[JsonDerivedType(typeof(SlowAnswer), "slow_answer")]
[JsonDerivedType(typeof(Throttle), "throttle")]
[JsonDerivedType(typeof(Reject), "reject")]
[JsonDerivedType(typeof(OddError), "odd_error")]
[JsonDerivedType(typeof(EdgeBlock), "edge_block")]
public abstract record SubmitFault
{
    private SubmitFault()
    {
    }

    /// <summary>402, no credits left.</summary>
    public static SubmitFault NoCredits { get; } =
        new Reject(402, "insufficient_quota", "insufficient_quota", "Insufficient quota. Please top up your account.");

    /// <summary>401, as after a key rotation.</summary>
    public static SubmitFault NoAccess { get; } =
        new Reject(401, "unauthorized", "authentication_error", "Invalid or expired token");

    /// <summary>403, the key has spent what it may today, by the clocks of its time zone.</summary>
    public static SubmitFault NoKeyQuota(string resetTimezone) =>
        new Reject(403, "key_daily_quota_exhausted", "insufficient_quota", "The daily quota of this key is used up.", resetTimezone);

    /// <summary>403, the key may not use the model.</summary>
    public static SubmitFault NoModelAccess { get; } =
        new Reject(403, "model_access_denied", "invalid_request_error", "Token does not have access to model: wan2.6-image-to-video");

    /// <summary>409, the key was used with another body.</summary>
    public static SubmitFault Conflict { get; } =
        new Reject(409, "idempotency_conflict", "invalid_request_error", "The idempotency key was used with another request.");

    /// <summary>409, the provider itself does not know what became of the paid call.</summary>
    public static SubmitFault PaidOutcomeUnknown { get; } =
        new Reject(409, "paid_outcome_unknown", "api_error", "The outcome of the earlier request with this key is not known.");

    /// <summary>Whether the task exists and is paid for, whatever the caller gets to know of it.</summary>
    internal bool TakesTheMoney => this switch
    {
        Reset fault => fault.Charged,
        Hang fault => fault.Charged,
        ServerError fault => fault.Charged,
        UnusableAnswer or SlowAnswer => true,
        _ => false,
    };

    /// <summary>The connection is reset (TCP RST) instead of an answer.</summary>
    /// <param name="Charged">Whether the task exists and is paid for.</param>
    public sealed record Reset(bool Charged) : SubmitFault;

    /// <summary>No answer for a while, then a reset: a time-out for a caller with less patience.</summary>
    /// <param name="Charged">Whether the task exists and is paid for.</param>
    /// <param name="Seconds">How long nothing happens.</param>
    public sealed record Hang(bool Charged, double Seconds = 300) : SubmitFault;

    /// <summary>A 5xx, or any other status that says nothing about the money.</summary>
    /// <param name="Status">Such as 500, 502, 503, 504.</param>
    /// <param name="Charged">Whether the task exists and is paid for.</param>
    /// <param name="Html">A gateway's HTML page instead of the error envelope.</param>
    public sealed record ServerError(int Status, bool Charged, bool Html = false) : SubmitFault;

    /// <summary>200, charged, and a body that holds no task id.</summary>
    /// <param name="Body">What the body is instead.</param>
    public sealed record UnusableAnswer(UnusableBody Body) : SubmitFault;

    /// <summary>The right answer, late: the task goes on meanwhile, so that a callback may come first.</summary>
    /// <param name="Seconds">How late.</param>
    public sealed record SlowAnswer(double Seconds) : SubmitFault;

    /// <summary>429, nothing charged.</summary>
    /// <param name="RetryAfter">How the header says it.</param>
    /// <param name="Seconds">The wait that the header asks for.</param>
    public sealed record Throttle(RetryAfterForm RetryAfter = RetryAfterForm.Seconds, int Seconds = 1) : SubmitFault;

    /// <summary>A refusal in the error envelope, nothing charged.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Code">The envelope's <c>code</c>.</param>
    /// <param name="Type">The envelope's <c>type</c>.</param>
    /// <param name="Message">The envelope's <c>message</c>.</param>
    /// <param name="ResetTimezone">The envelope's <c>details.reset_timezone</c>; null: it has no details.</param>
    public sealed record Reject(int Status, string Code, string Type, string Message, string? ResetTimezone = null) : SubmitFault;

    /// <summary>A refusal in an envelope that has not the documented shape, nothing charged.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Shape">What is odd.</param>
    public sealed record OddError(int Status, OddErrorShape Shape) : SubmitFault;

    /// <summary>The edge's 403 with an HTML page and "error code: 1010", nothing charged.</summary>
    public sealed record EdgeBlock : SubmitFault;
}

/// <summary>The body of a 200 that cannot be used.</summary>
public enum UnusableBody
{
    /// <summary>No byte at all.</summary>
    Empty,

    /// <summary>An HTML page.</summary>
    Html,

    /// <summary><c>{}</c>.</summary>
    EmptyObject,

    /// <summary>The whole task without its <c>id</c>.</summary>
    NoId,

    /// <summary>The JSON of the task, cut in the middle.</summary>
    CutJson,
}

/// <summary>The forms of <c>Retry-After</c>.</summary>
public enum RetryAfterForm
{
    /// <summary>A number of seconds.</summary>
    Seconds,

    /// <summary>An HTTP date.</summary>
    Date,

    /// <summary>No header.</summary>
    Missing,

    /// <summary>A number beyond every integer type.</summary>
    Huge,
}

/// <summary>Error bodies that are not as documented.</summary>
public enum OddErrorShape
{
    /// <summary><c>{"error":{"code":40001,...}}</c>.</summary>
    NumberCode,

    /// <summary><c>{"error":"..."}</c>.</summary>
    StringError,
}
