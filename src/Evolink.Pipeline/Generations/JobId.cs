using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Pipeline.Generations;

/// <summary>Id of a job: <c>gen-</c> and 26 characters of <c>[a-z2-7]</c>.</summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct JobId
{
    private const string Prefix = "gen-";
    private const int Length = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>Characters of every id.</summary>
    internal const int TotalLength = 30;

    private JobId(string value) => Value = value;

    /// <summary>The id as it stands in links, blob names and logs.</summary>
    public string Value { get; }

    /// <summary>A new id, for a request that has no identity of its own.</summary>
    public static JobId New() => new(Prefix + Encode(RandomNumberGenerator.GetBytes(17)));

    /// <summary>The id of whatever <paramref name="key"/> names: the same source, client and key always meet the same job.</summary>
    /// <param name="source">Where the work came from: <c>http</c>, <c>queue</c>, <c>blob</c> or <c>batch</c>.</param>
    /// <param name="client">Name of the client that owns the job.</param>
    /// <param name="key">What is unique within source and client: an idempotency key, a message id, a blob name with its ETag.</param>
    public static JobId From(string source, string client, string key) =>
        new(Prefix + Encode(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}|{client}|{key}"))));

    /// <summary>Reads an id that came from outside.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out JobId id)
    {
        bool valid = text is not null && text.Length == Prefix.Length + Length
            && text.StartsWith(Prefix, StringComparison.Ordinal) && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Letters);
        id = valid ? new JobId(text!) : default;
        return valid;
    }

    /// <summary>Reads an id that this app wrote itself.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JobId Parse(string text) =>
        TryParse(text, out JobId id) ? id : throw new FormatException("A job id is 'gen-' and 26 characters of a-z and 2-7.");

    /// <inheritdoc/>
    public override string ToString() => Value;

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

    internal sealed class JsonConverter : JsonConverter<JobId>
    {
        public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out JobId id) ? id : throw new JsonException("Not a job id.");

        public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
