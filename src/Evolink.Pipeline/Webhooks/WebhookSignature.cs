using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.Pipeline.Webhooks;

/// <summary>Signatures by the rules of Standard Webhooks 1.0, symmetric.</summary>
public static class WebhookSignature
{
    /// <summary>The header <c>webhook-signature</c>: one signature for each key, so that a receiver may know the old one or the new one.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="messageId">Header <c>webhook-id</c>.</param>
    /// <param name="timestamp">Header <c>webhook-timestamp</c>, in Unix seconds.</param>
    /// <param name="body">The body, byte for byte.</param>
    public static string Header(IReadOnlyList<byte[]> keys, string messageId, long timestamp, ReadOnlySpan<byte> body)
    {
        byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{messageId}.{timestamp}."));
        byte[] signed = [.. head, .. body];
        return string.Join(' ', keys.Select(key => $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}"));
    }
}
