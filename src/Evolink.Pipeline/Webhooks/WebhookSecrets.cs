using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Webhooks;

/// <summary>The secrets that sign a client's webhooks.</summary>
public static class WebhookSecrets
{
    private const string Prefix = "whsec_";

    /// <summary>The client's keys: none where none is configured, null where some are and none of them is usable now.</summary>
    public static IReadOnlyList<byte[]>? Of(EvolinkOptions options, string client)
    {
        // An empty setting takes a secret away; the binder makes it null.
        string[] configured = [.. options.Webhooks.Secrets.GetValueOrDefault(client)?.Values.Where(secret => !string.IsNullOrEmpty(secret)) ?? []];
        byte[][] keys = [.. configured.Where(EvolinkReadiness.IsResolved).Select(secret => Parse(secret) ?? throw new FormatException("A webhook secret is malformed."))];
        return keys.Length == 0 && configured.Length > 0 ? null : keys;
    }

    /// <summary>The key in a secret: <c>whsec_</c> and the base64 of 24 to 64 bytes (Standard Webhooks, signature scheme); null where it is none.</summary>
    public static byte[]? Parse(string secret)
    {
        Span<byte> key = stackalloc byte[128];
        return secret.Length <= 128 && secret.StartsWith(Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[Prefix.Length..], key, out int length) && length is >= 24 and <= 64
            ? key[..length].ToArray()
            : null;
    }
}
