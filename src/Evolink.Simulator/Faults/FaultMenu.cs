using System.Reflection;
using System.Text.Json.Serialization;

namespace Evolink.Simulator;

/// <summary>What a seeded plan draws from. Waits are short, so that a campaign of thousands ends.</summary>
internal static class FaultMenu
{
    public static IReadOnlyList<SubmitFault> Submit { get; } =
    [
        new SubmitFault.Reset(Charged: false),
        new SubmitFault.Reset(Charged: true),
        new SubmitFault.Hang(Charged: false, Seconds: 2),
        new SubmitFault.Hang(Charged: true, Seconds: 2),
        new SubmitFault.ServerError(500, Charged: false),
        new SubmitFault.ServerError(500, Charged: true),
        new SubmitFault.ServerError(502, Charged: true, Html: true),
        new SubmitFault.ServerError(503, Charged: false),
        new SubmitFault.ServerError(504, Charged: true, Html: true),
        new SubmitFault.UnusableAnswer(UnusableBody.Empty),
        new SubmitFault.UnusableAnswer(UnusableBody.Html),
        new SubmitFault.UnusableAnswer(UnusableBody.EmptyObject),
        new SubmitFault.UnusableAnswer(UnusableBody.NoId),
        new SubmitFault.UnusableAnswer(UnusableBody.CutJson),
        new SubmitFault.SlowAnswer(1),
        new SubmitFault.Throttle(RetryAfterForm.Seconds),
        new SubmitFault.Throttle(RetryAfterForm.Date),
        new SubmitFault.Throttle(RetryAfterForm.Missing),
        new SubmitFault.OddError(429, OddErrorShape.NumberCode),
        new SubmitFault.OddError(429, OddErrorShape.StringError),
        new SubmitFault.EdgeBlock(),
        SubmitFault.NoCredits,
        SubmitFault.NoAccess,
        SubmitFault.NoModelAccess,
        SubmitFault.PaidOutcomeUnknown,
    ];

    public static IReadOnlyList<CallbackFault> Callback { get; } =
    [
        new CallbackFault.Never(),
        new CallbackFault.Duplicate(4),
        new CallbackFault.Late(2),
        new CallbackFault.BeforeAnswer(),
        new CallbackFault.ProcessingFirst(),
        new CallbackFault.CompletedThenFailed(),
        new CallbackFault.Tampered(UrlPart.Signature),
        new CallbackFault.Tampered(UrlPart.Path),
        new CallbackFault.Tampered(UrlPart.NoQuery),
        new CallbackFault.Malformed(MalformedBody.Empty),
        new CallbackFault.Malformed(MalformedBody.Huge, Bytes: 5_000_000),
        new CallbackFault.Malformed(MalformedBody.CutJson),
        new CallbackFault.Malformed(MalformedBody.Deep),
        new CallbackFault.Malformed(MalformedBody.WrongTypes, Instead: true),
        new CallbackFault.OtherTask(),
    ];

    public static IReadOnlyList<ReadFault> Read { get; } =
    [
        new ReadFault.Stuck(),
        new ReadFault.ZeroUntilDone(),
        new ReadFault.GoesDown(),
        new ReadFault.Fails("content_policy_violation"),
        new ReadFault.Fails("invalid_parameters"),
        new ReadFault.Fails("image_processing_error"),
        new ReadFault.Fails("image_dimension_mismatch"),
        new ReadFault.Fails("request_cancelled"),
        new ReadFault.Fails("resource_not_found"),
        new ReadFault.Fails("service_error"),
        new ReadFault.Fails("service_unavailable"),
        new ReadFault.Fails("resource_exhausted"),
        new ReadFault.Fails("generation_timeout"),
        new ReadFault.Fails("quota_exceeded"),
        new ReadFault.Fails("generation_failed_no_content"),
        new ReadFault.Fails("unknown_error"),
        new ReadFault.Fails("a_code_of_next_year"),
        new ReadFault.FailsWithoutError(),
        new ReadFault.Cancelled(),
        new ReadFault.NotFound { Times = 2 },
        new ReadFault.ErrorStatus(429) { Times = 2 },
        new ReadFault.ErrorStatus(500) { Times = 3 },
        new ReadFault.ErrorStatus(502, Html: true) { Times = 3 },
        new ReadFault.TimesOut(2) { Times = 2 },
        new ReadFault.OddStatus { Times = 2 },
        new ReadFault.OddResults(ResultsShape.Null) { Times = 2 },
        new ReadFault.OddResults(ResultsShape.Empty) { Times = 2 },
        new ReadFault.OddResults(ResultsShape.Missing) { Times = 1 },
        new ReadFault.OddResults(ResultsShape.Object),
        new ReadFault.OddResults(ResultsShape.Wrapped),
        new ReadFault.OddResults(ResultsShape.VideoUrl),
    ];

    // The app asks twice before a try counts as failed, in parts and as one stream: most faults hold for both.
    public static IReadOnlyList<ResultFault> Result { get; } =
    [
        new ResultFault.DeadLink(403),
        new ResultFault.DeadLink(404, Links: 2),
        new ResultFault.OddLink(),
        new ResultFault.Refused(403) { Times = 2 },
        new ResultFault.Refused(404) { Times = 2 },
        new ResultFault.Refused(503) { Times = 2 },
        new ResultFault.Html { Times = 2 },
        new ResultFault.Junk { Times = 2 },
        new ResultFault.Empty { Times = 2 },
        new ResultFault.NoLength(),
        new ResultFault.Cut { Times = 2 },
        new ResultFault.Cut(0.9, Declared: false) { Times = 2 },
        new ResultFault.Half { Times = 2 },
        new ResultFault.Half(0.9) { Times = 4 },
        new ResultFault.Encoded(),
        new ResultFault.Encoded("gzip", Really: true),
        new ResultFault.Stall { Times = 2 },
        new ResultFault.Redirect("http://169.254.169.254/latest/meta-data") { Times = 1 },
        new ResultFault.RedirectLoop { Times = 1 },
        new ResultFault.Endless { Times = 1 },
        new ResultFault.IgnoresRange(),
        new ResultFault.RefusesRange(),
        new ResultFault.RefusesRange(503, Later: true),
        new ResultFault.ChangesETag(),
        new ResultFault.Slow(200_000),
    ];

    private static readonly Type[] Families = [typeof(SubmitFault), typeof(CallbackFault), typeof(ReadFault), typeof(ResultFault)];

    private static readonly Dictionary<Type, string> Kinds = Families
        .SelectMany(family => family.GetCustomAttributes<JsonDerivedTypeAttribute>())
        .ToDictionary(kind => kind.DerivedType, kind => (string)kind.TypeDiscriminator!);

    /// <summary>The name of a fault in the control API.</summary>
    public static string KindOf(object fault) => Kinds[fault.GetType()];
}
