using System.Text.Json;

namespace Evolink.Client;

/// <summary>Reads <c>{success, data: {user: {...}, token: {...}}}</c>, or its inside alone.</summary>
internal static class CreditBalanceReader
{
    public static CreditBalance? Read(JsonElement body)
    {
        if (body.Flag("success") == false) return null;
        var data = body.Object("data") ?? body;
        var user = data.Object("user") ?? data;
        var balance = new CreditBalance
        {
            Remaining = user.Number("remaining_credits"),
            Used = user.Number("used_credits"),
            KeyRemaining = data.Object("token")?.Number("remaining_credits"),
            KeyIsUnlimited = data.Object("token")?.Flag("unlimited_credits"),
        };
        return balance == new CreditBalance() ? null : balance;
    }
}
