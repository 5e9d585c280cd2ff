namespace Evolink.Client;

/// <summary>Keys as Evolink takes them: 16 to 96 characters of <c>[A-Za-z0-9._-]</c>.</summary>
internal static class IdempotencyKeys
{
    public static string CheckedOrNew(string? key)
    {
        if (key is null) return Guid.NewGuid().ToString("N");
        return key.Length is >= 16 and <= 96 && key.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-')
            ? key
            : throw new ArgumentException("An idempotency key has 16 to 96 characters of [A-Za-z0-9._-].", nameof(key));
    }
}
