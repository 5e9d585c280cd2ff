using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Batches;

/// <summary>Id of a batch: <c>batch-</c> and 26 characters of <c>[a-z2-7]</c>. The ids of its jobs follow from it.</summary>
[JsonConverter(typeof(JsonConverter))]
public readonly record struct BatchId
{
    /// <summary>What a job that came from a batch has as its source.</summary>
    public const string Source = "batch";

    private const string Prefix = "batch-";

    private BatchId(string value) => Value = value;

    /// <summary>The id as it stands in links, blob names and logs; also the instance id of the batch's orchestration.</summary>
    public string Value { get; }

    /// <summary>A new id, for a batch that was posted without a key.</summary>
    public static BatchId New() => new(Prefix + IdLetters.Random());

    /// <summary>The id of the batch that a client's <c>Idempotency-Key</c> names.</summary>
    public static BatchId From(string client, string key) => new(Prefix + IdLetters.Of($"{Source}|{client}|{key}"));

    /// <summary>Reads an id that came from outside.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BatchId id)
    {
        bool valid = IdLetters.Follow(Prefix, text);
        id = valid ? new BatchId(text!) : default;
        return valid;
    }

    /// <summary>What names an item within source and client: its job's id is made of it.</summary>
    public string ItemKey(int index) => string.Create(CultureInfo.InvariantCulture, $"{Value}/{index}");

    /// <summary>The job of an item.</summary>
    public JobId JobOf(string client, int index) => JobId.From(Source, client, ItemKey(index));

    /// <inheritdoc/>
    public override string ToString() => Value;

    internal sealed class JsonConverter : JsonConverter<BatchId>
    {
        public override BatchId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out BatchId id) ? id : throw new JsonException("Not a batch id.");

        public override void Write(Utf8JsonWriter writer, BatchId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
