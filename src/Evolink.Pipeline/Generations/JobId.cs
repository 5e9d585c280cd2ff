using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Pipeline.Generations;

/// <summary>Id of a job: <c>gen-</c> and 26 characters of <c>[a-z2-7]</c>.</summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct JobId
{
    private const string Prefix = "gen-";

    /// <summary>Characters of every id.</summary>
    internal static readonly int TotalLength = Prefix.Length + IdLetters.Length;

    private JobId(string value) => Value = value;

    /// <summary>The id as it stands in links, blob names and logs.</summary>
    public string Value { get; }

    /// <summary>A new id, for a request that has no identity of its own.</summary>
    public static JobId New() => new(Prefix + IdLetters.Random());

    /// <summary>The id of whatever <paramref name="key"/> names: the same source, client and key always meet the same job.</summary>
    /// <param name="source">Where the work came from: <c>http</c>, <c>queue</c>, <c>blob</c> or <c>batch</c>.</param>
    /// <param name="client">Name of the client that owns the job.</param>
    /// <param name="key">What is unique within source and client: an idempotency key, a message id, a blob name with its ETag.</param>
    public static JobId From(string source, string client, string key) =>
        new(Prefix + IdLetters.Of($"{source}|{client}|{key}"));

    /// <summary>Reads an id that came from outside.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out JobId id)
    {
        bool valid = IdLetters.Follow(Prefix, text);
        id = valid ? new JobId(text!) : default;
        return valid;
    }

    /// <summary>Reads an id that this app wrote itself.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static JobId Parse(string text) =>
        TryParse(text, out JobId id) ? id : throw new FormatException("A job id is 'gen-' and 26 characters of a-z and 2-7.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    internal sealed class JsonConverter : JsonConverter<JobId>
    {
        public override JobId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out JobId id) ? id : throw new JsonException("Not a job id.");

        public override void Write(Utf8JsonWriter writer, JobId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}
