using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.Testing.Hosting;

/// <summary>A receiver's verification, written from the text of Standard Webhooks 1.0, with nothing of the app's own.</summary>
public static class StandardWebhook
{
    /// <summary>Whether the call is signed with the secret, and its time is within five minutes of the receiver's.</summary>
    public static bool Verify(string secret, ReceivedCall call, DateTimeOffset now)
    {
        if (call.Header("webhook-id") is not { } id || call.Header("webhook-timestamp") is not { } timestamp || call.Header("webhook-signature") is not { } signatures
            || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            || (DateTimeOffset.FromUnixTimeSeconds(seconds) - now).Duration() > TimeSpan.FromMinutes(5))
        {
            return false;
        }

        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. call.Body];
        byte[] expected = HMACSHA256.HashData(key, signed);
        return signatures.Split(' ').Any(signature =>
            signature.Split(',') is ["v1", var value] && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(value), expected));
    }
}
