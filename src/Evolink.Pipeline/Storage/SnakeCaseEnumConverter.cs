using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Pipeline.Storage;

/// <summary>Writes an enum by its name in snake_case, so that stored records stay readable and members may be reordered.</summary>
public sealed class SnakeCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
