using System.Collections;
using System.Text;
using Newtonsoft.Json;

namespace FunctionsHost.Jobs;

/// <summary>Reads inputs and writes outputs through the binder, by the few types that extensions offer to other languages.</summary>
internal static class BindingValues
{
    public static async Task<object?> ReadAsync(FunctionBinding input, Binder binder, CancellationToken cancellationToken)
    {
        Attribute[] by = [input.Attribute!];
        return input.ValueType switch
        {
            { } type when type == typeof(string) => await binder.BindAsync<string>(by, cancellationToken),
            { } type when type == typeof(byte[]) => await binder.BindAsync<byte[]>(by, cancellationToken),
            { } type when type == typeof(Stream) => await binder.BindAsync<Stream>(by, cancellationToken),
            { } type when type == typeof(JObject) => await binder.BindAsync<JObject>(by, cancellationToken),
            { } type when type == typeof(JArray) => await binder.BindAsync<JArray>(by, cancellationToken),
            { } type when type == typeof(ParameterBindingData) => await binder.BindAsync<ParameterBindingData>(by, cancellationToken),
            { } type when type == typeof(ParameterBindingData[]) => await binder.BindAsync<ParameterBindingData[]>(by, cancellationToken),
            var type => throw new NotSupportedException($"Input '{input.Name}' wants a {type}, which this host does not know."),
        };
    }

    public static Task WriteAsync(FunctionBinding output, object value, Binder binder, CancellationToken cancellationToken) =>
        output.ValueType switch
        {
            { } type when type == typeof(IAsyncCollector<string>) => CollectAsync(output, value, binder, ToText, cancellationToken),
            { } type when type == typeof(IAsyncCollector<byte[]>) => CollectAsync(output, value, binder, ToBytes, cancellationToken),
            { } type when type == typeof(IAsyncCollector<JObject>) => CollectAsync(output, value, binder, ToJson, cancellationToken),
            { } type when type == typeof(Stream) => WriteStreamAsync(output, value, binder, cancellationToken),
            var type => throw new NotSupportedException($"Output '{output.Name}' wants a {type}, which this host does not know."),
        };

    private static async Task CollectAsync<T>(FunctionBinding output, object value, Binder binder, Func<object, T> convert, CancellationToken cancellationToken)
    {
        IAsyncCollector<T> collector = await binder.BindAsync<IAsyncCollector<T>>([output.Attribute!], cancellationToken);
        foreach (object item in value is IEnumerable many and not string and not byte[] and not JObject ? many : new[] { value })
            await collector.AddAsync(convert(item), cancellationToken);
    }

    private static async Task WriteStreamAsync(FunctionBinding output, object value, Binder binder, CancellationToken cancellationToken)
    {
        Stream stream = await binder.BindAsync<Stream>([output.Attribute!], cancellationToken);
        await stream.WriteAsync(ToBytes(value), cancellationToken);
    }

    private static string ToText(object value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        JToken { Type: JTokenType.String } json => json.Value<string>()!,
        JToken json => json.ToString(Formatting.None),
        _ => JsonConvert.SerializeObject(value),
    };

    private static byte[] ToBytes(object value) => value as byte[] ?? Encoding.UTF8.GetBytes(ToText(value));

    private static JObject ToJson(object value) => value as JObject ?? JObject.Parse(ToText(value));
}
