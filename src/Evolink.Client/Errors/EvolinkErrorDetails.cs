using System.Text.Json;

namespace Evolink.Client;

/// <summary>
/// The <c>details</c> of an error: what an operator wants to know of the key and the account (not in the public contract).
/// </summary>
public sealed record EvolinkErrorDetails
{
    private const int MaxLength = 200;
    private const int MaxModels = 100;

    /// <summary>Name of the API key.</summary>
    public string? KeyName { get; init; }

    /// <summary>What the request would have cost.</summary>
    public decimal? EstimatedCredits { get; init; }

    /// <summary>What the account has left.</summary>
    public decimal? AccountBalanceCredits { get; init; }

    /// <summary>What the key has left.</summary>
    public decimal? RemainingCredits { get; init; }

    /// <summary>What the key may spend in a day.</summary>
    public decimal? DailyLimitCredits { get; init; }

    /// <summary>The models that the key may use.</summary>
    public IReadOnlyList<string>? AllowedModels { get; init; }

    /// <summary>When the key expired.</summary>
    public DateTimeOffset? ExpiredAt { get; init; }

    /// <summary>Time zone whose midnight resets the daily limit, such as <c>Asia/Shanghai</c>.</summary>
    public string? ResetTimezone { get; init; }

    /// <summary>The details of an answer, or <see langword="null"/> where there are none.</summary>
    internal static EvolinkErrorDetails? Read(JsonElement body)
    {
        if ((body.Object("error")?.Object("details") ?? body.Object("details")) is not { } details) return null;
        EvolinkErrorDetails read = new()
        {
            KeyName = Short(details.Text("key_name")),
            EstimatedCredits = details.Number("estimated_credits"),
            AccountBalanceCredits = details.Number("account_balance_credits"),
            RemainingCredits = details.Number("remaining_credits"),
            DailyLimitCredits = details.Number("daily_limit_credits"),
            AllowedModels = details.Array("allowed_models") is { } models
                ? [.. models.EnumerateArray().Select(model => Short(model.AsText())).OfType<string>().Take(MaxModels)]
                : null,
            ExpiredAt = details.Time("expired_at"),
            ResetTimezone = Short(details.Text("reset_timezone")),
        };
        return read == new EvolinkErrorDetails() ? null : read;
    }

    private static string? Short(string? text) => text is { Length: > MaxLength } ? text[..MaxLength] : text;
}
