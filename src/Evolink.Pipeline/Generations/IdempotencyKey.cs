using System.Diagnostics.CodeAnalysis;

namespace Evolink.Pipeline.Generations;

/// <summary>What a client may name a request with, so that sending it again meets the same job.</summary>
public static class IdempotencyKey
{
    /// <summary>The rule in words, to follow "must have".</summary>
    public const string Rule = "1 to 255 visible ASCII characters";

    private const int MaxLength = 255;

    /// <summary>Whether it follows the rule. A blank is in no key, so that what the app makes itself can hold one and be taken for none.</summary>
    public static bool IsValid([NotNullWhen(true)] string? key) =>
        key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~');
}
