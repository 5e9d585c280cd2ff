using System.Text.Json;
using Microsoft.DurableTask;

namespace Evolink.LocalHost.Durable;

/// <summary>The JSON in which inputs, results and events travel: the web defaults, as in the Functions worker.</summary>
public sealed class DurableValues : DataConverter
{
    private DurableValues()
    {
    }

    /// <summary>The one converter.</summary>
    public static DurableValues Instance { get; } = new();

    /// <summary>camelCase, case-insensitive.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>JSON of a value by its runtime type; null of null.</summary>
    public override string? Serialize(object? value) =>
        value is null ? null : JsonSerializer.Serialize(value, value.GetType(), Json);

    /// <summary>The value of some JSON; null of null.</summary>
    public override object? Deserialize(string? data, Type targetType) =>
        data is null ? null : JsonSerializer.Deserialize(data, targetType, Json);

    internal static T? Read<T>(string? data) => data is null ? default : JsonSerializer.Deserialize<T>(data, Json);
}
