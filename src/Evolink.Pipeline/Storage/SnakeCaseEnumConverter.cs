using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Pipeline.Storage;

/// <summary>
/// Writes an enum by its name in snake_case, so that stored records stay readable and members may be reordered. A name that this version does not
/// know is read as a value that is no member of the enum, and written back as that name.
/// </summary>
public sealed class SnakeCaseEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    // Above every member; the names are those that newer versions of the app write, so there are few.
    private const int FirstUnknown = 1 << 20;
    private const int MostUnknown = 256;

    private static readonly FrozenDictionary<string, T> Members =
        Enum.GetValues<T>().ToFrozenDictionary(value => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()), StringComparer.Ordinal);

    private static readonly FrozenDictionary<T, string> MemberNames = Members.ToFrozenDictionary(member => member.Value, member => member.Key);

    private static readonly Lock Adding = new();
    private static readonly ConcurrentDictionary<string, T> Unknown = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<T, string> UnknownNames = [];

    /// <summary>The name of a value as it is stored.</summary>
    internal static string NameOf(T value) =>
        MemberNames.TryGetValue(value, out string? name) || UnknownNames.TryGetValue(value, out name) ? name : value.ToString();

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        return name is null ? throw new JsonException($"A {typeof(T).Name} is stored by its name.")
            : Members.TryGetValue(name, out T value) || Unknown.TryGetValue(name, out value) ? value
            : Add(name);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(NameOf(value));

    private static T Add(string name)
    {
        lock (Adding)
        {
            if (Unknown.TryGetValue(name, out T value))
                return value;
            if (Unknown.Count == MostUnknown)
                throw new JsonException($"'{name}' is no {typeof(T).Name}, and one of very many that are none.");
            value = (T)Enum.ToObject(typeof(T), FirstUnknown + Unknown.Count);
            UnknownNames[value] = name;
            Unknown[name] = value;
            return value;
        }
    }
}
