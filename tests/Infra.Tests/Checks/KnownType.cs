using System.Text.Json.Serialization;

namespace Infra.Tests.Checks;

/// <summary>A type in Types/known-types.json, and the marks of the property that has it.</summary>
internal sealed record KnownType
{
    /// <summary>object, oneOf, array, string, int, bool, any, or cut where the table ends.</summary>
    public string? Kind { get; init; }

    /// <summary>The values that are allowed, where they are listed.</summary>
    public IReadOnlyList<string>? Is { get; init; }

    public string? Pattern { get; init; }

    public long? Min { get; init; }

    public long? Max { get; init; }

    public KnownType? Items { get; init; }

    public IReadOnlyDictionary<string, KnownType>? Properties { get; init; }

    /// <summary>Type of properties that are not listed.</summary>
    public KnownType? Others { get; init; }

    /// <summary>The property that tells which of <see cref="Cases"/> an object is.</summary>
    public string? By { get; init; }

    public IReadOnlyDictionary<string, KnownType>? Cases { get; init; }

    public bool Required { get; init; }

    public bool ReadOnly { get; init; }

    [JsonIgnore]
    public bool IsObject => Kind is "object" or "oneOf";
}
