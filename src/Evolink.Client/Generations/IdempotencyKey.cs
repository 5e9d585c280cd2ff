using System.Diagnostics.CodeAnalysis;

namespace Evolink.Client;

/// <summary>
/// What a submit may be named with, so that sending it again meets the same task: one rule for this client and for an Evolink.Functions
/// app. Evolink's own tools send 16 to 96 characters of <c>[A-Za-z0-9._-]</c>; it does not say what it makes of others.
/// </summary>
public static class IdempotencyKey
{
    /// <summary>The rule in words, to follow "must have".</summary>
    public const string Rule = "1 to 255 visible ASCII characters";

    /// <summary>Most characters.</summary>
    public const int MaxLength = 255;

    /// <summary>
    /// Whether a key follows the rule. A blank is in no key, so that what an app makes itself can hold one and be taken for none.
    /// </summary>
    public static bool IsValid([NotNullWhen(true)] string? key) =>
        key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>The key, or a random one where there is none.</summary>
    /// <exception cref="ArgumentException">It breaks the rule.</exception>
    internal static string CheckedOrNew(string? key)
    {
        if (key is null) return Guid.NewGuid().ToString("N");
        return IsValid(key) ? key : throw new ArgumentException($"An idempotency key must have {Rule}.", nameof(key));
    }
}
