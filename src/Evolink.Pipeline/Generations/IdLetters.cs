using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Evolink.Pipeline.Generations;

/// <summary>The letters after an id's prefix: 26 characters of <c>[a-z2-7]</c>, 130 bits.</summary>
internal static class IdLetters
{
    public const int Length = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    public static string Random() => Encode(RandomNumberGenerator.GetBytes(17));

    /// <summary>The letters of whatever <paramref name="name"/> names.</summary>
    public static string Of(string name) => Encode(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public static bool Follow(string prefix, string? text) =>
        text is not null && text.Length == prefix.Length + Length
        && text.StartsWith(prefix, StringComparison.Ordinal) && !text.AsSpan(prefix.Length).ContainsAnyExcept(Letters);

    // Five bits a character: 26 characters hold 130 bits, the first 17 bytes are enough.
    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[Length];
        int bits = 0, buffer = 0, next = 0;
        foreach (byte value in bytes[..17])
        {
            buffer = (buffer << 8) | value;
            bits += 8;
            while (bits >= 5 && next < Length)
            {
                text[next++] = Alphabet[(buffer >> (bits - 5)) & 31];
                bits -= 5;
            }

            buffer &= (1 << bits) - 1;
        }

        return new string(text);
    }
}
