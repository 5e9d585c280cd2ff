using System.Text.Json;

namespace Evolink.Client;

/// <summary>Makes a <see cref="VideoTask"/> of whatever Evolink answered.</summary>
internal static class VideoTaskReader
{
    /// <summary>The task, or <see langword="null"/> where the JSON holds none: neither an id nor a status.</summary>
    public static VideoTask? Read(JsonElement root)
    {
        var body = LooksLikeTask(root) ? root : root.Object("data") ?? root;
        return LooksLikeTask(body) ? ReadTask(body) : null;
    }

    private static bool LooksLikeTask(JsonElement body) => body.Member("id") is not null || body.Member("status") is not null;

    private static VideoTask ReadTask(JsonElement body) => new()
    {
        CreatedAt = body.Time("created"),
        Id = body.Text("id"),
        Model = body.Text("model"),
        Object = body.Text("object"),
        Progress = body.Number("progress") is { } progress ? (int)Math.Clamp(progress, 0, 100) : null,
        Status = new VideoTaskStatus(body.Text("status")?.Trim()),
        Results = Links.Read(VideoTaskLinks.Find(body)),
        HasSeveralResults = VideoTaskLinks.AreSeveral(body),
        Error = body.Member("error") is { } error ? ReadError(error) : null,
        TaskInfo = body.Object("task_info") is { } info ? ReadInfo(info) : null,
        Type = body.Text("type"),
        Usage = body.Object("usage") is { } usage ? ReadUsage(usage) : null,
        Billing = body.Object("billing") is { } billing ? ReadBilling(billing) : null,
        Raw = body,
    };

    private static VideoTaskInfo ReadInfo(JsonElement info) => new()
    {
        CanCancel = info.Flag("can_cancel"),
        EstimatedTime = info.Number("estimated_time") is { } seconds and >= 0 and <= int.MaxValue
            ? TimeSpan.FromSeconds((int)seconds)
            : null,
    };

    private static VideoUsage ReadUsage(JsonElement usage) => new()
    {
        BillingRule = usage.Value<VideoBillingRule>("billing_rule"),
        CreditsReserved = usage.Number("credits_reserved"),
        CreditsUsed = usage.Number("credits_used"),
        Cost = usage.Object("cost") is { } cost ? new VideoCost { Credits = cost.Number("credits"), Usd = cost.Number("usd") } : null,
        UserGroup = usage.Value<VideoUserGroup>("user_group"),
    };

    private static VideoTaskBilling ReadBilling(JsonElement billing) => new()
    {
        RefundScope = billing.Text("refund_scope"),
        ChargeStatus = billing.Value<VideoChargeStatus>("charge_status"),
        RefundStatus = billing.Value<VideoRefundStatus>("refund_status"),
        ReservedCredits = billing.Number("reserved_credits"),
        ChargedCredits = billing.Number("charged_credits"),
        RefundedCredits = billing.Number("refunded_credits"),
        RefundedAt = billing.Time("refunded_at"),
    };

    private static VideoTaskError? ReadError(JsonElement error) => error.ValueKind switch
    {
        JsonValueKind.String => new VideoTaskError { Message = error.AsText() },
        JsonValueKind.Object => new VideoTaskError { Code = error.Text("code"), Message = error.Text("message"), Type = error.Text("type") },
        _ => null,
    };
}
