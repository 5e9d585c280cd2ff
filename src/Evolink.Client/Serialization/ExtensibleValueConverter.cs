using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>
/// Reads and writes a value as its text; what is no text counts as missing. Public, so that the source-generated contexts of other
/// assemblies can hold the types that use it.
/// </summary>
/// <typeparam name="T">The value's type.</typeparam>
public sealed class ExtensibleValueConverter<T> : JsonConverter<T>
    where T : struct, IExtensibleValue<T>
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return T.Of(reader.GetString());
        reader.Skip();
        return default;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }
}
