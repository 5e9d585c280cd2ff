namespace Evolink.Client;

/// <summary>The codes by which Evolink's gateway refuses a submit before it hands it on, whatever the HTTP status: surely unpaid.</summary>
public static class UnpaidCodes
{
    /// <summary>What a code is about; <see cref="UnpaidReason.None"/> where it proves nothing.</summary>
    public static UnpaidReason Of(string? code) => code switch
    {
        "insufficient_quota" or "insufficient_user_quota" or "quota_not_enough" or "account_balance_insufficient" => UnpaidReason.Balance,
        "insufficient_token_quota" or "key_quota_exhausted" => UnpaidReason.KeyQuota,
        "token_daily_quota_exceeded" or "key_daily_quota_exhausted" => UnpaidReason.KeyDailyQuota,
        "key_disabled" or "key_expired" or "user_disabled" => UnpaidReason.KeyRefused,
        "key_model_not_allowed" => UnpaidReason.ModelNotAllowed,
        _ => UnpaidReason.None,
    };
}

/// <summary>Why the gateway refused a submit.</summary>
public enum UnpaidReason
{
    /// <summary>Not one of these codes.</summary>
    None,

    /// <summary>The account has too few credits.</summary>
    Balance,

    /// <summary>The key has spent what it may.</summary>
    KeyQuota,

    /// <summary>The key has spent what it may today; <see cref="EvolinkErrorDetails.ResetTimezone"/> may say when the day ends.</summary>
    KeyDailyQuota,

    /// <summary>The key or its user is switched off, or the key has expired.</summary>
    KeyRefused,

    /// <summary>The key may not use this model; <see cref="EvolinkErrorDetails.AllowedModels"/> may say which it may.</summary>
    ModelNotAllowed,
}
