using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>The <c>billing</c> of a task: what was held back, charged and returned (not in the public contract).</summary>
public sealed record VideoTaskBilling
{
    /// <summary>Where a refund goes: <c>account_balance</c>.</summary>
    [JsonPropertyName("refund_scope")]
    public string? RefundScope { get; init; }

    /// <summary>Whether it was charged.</summary>
    [JsonPropertyName("charge_status")]
    public VideoChargeStatus? ChargeStatus { get; init; }

    /// <summary>Whether credits came back.</summary>
    [JsonPropertyName("refund_status")]
    public VideoRefundStatus? RefundStatus { get; init; }

    /// <summary>Credits held back at the submit.</summary>
    [JsonPropertyName("reserved_credits")]
    public decimal? ReservedCredits { get; init; }

    /// <summary>Credits charged.</summary>
    [JsonPropertyName("charged_credits")]
    public decimal? ChargedCredits { get; init; }

    /// <summary>Credits returned.</summary>
    [JsonPropertyName("refunded_credits")]
    public decimal? RefundedCredits { get; init; }

    /// <summary>When they were returned.</summary>
    [JsonPropertyName("refunded_at")]
    public DateTimeOffset? RefundedAt { get; init; }

    /// <summary>Whether this proves that the credits came back: nothing less than status, charge, amount and time together does.</summary>
    [JsonIgnore]
    public bool IsRefunded => RefundStatus == VideoRefundStatus.Completed && ChargeStatus == VideoChargeStatus.Released
        && RefundedCredits is > 0 && RefundedAt is not null;
}

/// <summary>The <c>usage.cost</c> of a task.</summary>
public sealed record VideoCost
{
    /// <summary>What it cost, in credits.</summary>
    [JsonPropertyName("credits")]
    public decimal? Credits { get; init; }

    /// <summary>The same in US dollars, at Evolink's display rate.</summary>
    [JsonPropertyName("usd")]
    public decimal? Usd { get; init; }
}
