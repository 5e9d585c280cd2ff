using Google.Protobuf.Collections;
using Google.Protobuf;
using Newtonsoft.Json;

namespace FunctionsHost.Worker;

/// <summary>Values as bindings have them, and as the protocol carries them.</summary>
internal static class RpcValues
{
    // As the real host: a text that looks like a date stays a text.
    private static readonly JsonSerializerSettings Json = new() { DateParseHandling = DateParseHandling.None };

    public static TypedData ToRpc(object? value) => value switch
    {
        null => new TypedData(),
        HttpRequest => new TypedData { Http = new RpcHttp() },
        string text => new TypedData { String = text },
        byte[] bytes => new TypedData { Bytes = ByteString.CopyFrom(bytes) },
        Stream stream => new TypedData { Bytes = ByteString.FromStream(stream) },
        double number => new TypedData { Double = number },
        ParameterBindingData data => new TypedData { ModelBindingData = ToRpc(data) },
        ParameterBindingData[] all => new TypedData
        {
            CollectionModelBindingData = new CollectionModelBindingData { ModelBindingData = { all.Select(ToRpc) } },
        },
        string[] texts => new TypedData { CollectionString = Filled(new CollectionString(), c => c.String, texts) },
        byte[][] blobs => new TypedData { CollectionBytes = Filled(new CollectionBytes(), c => c.Bytes, blobs.Select(ByteString.CopyFrom)) },
        JToken json => new TypedData { Json = json.ToString(Formatting.None) },
        _ => new TypedData { Json = JsonConvert.SerializeObject(value, Json) },
    };

    public static object? FromRpc(TypedData? data) => data?.DataCase switch
    {
        null or TypedData.DataOneofCase.None => null,
        TypedData.DataOneofCase.String => data.String,
        TypedData.DataOneofCase.Json => JsonConvert.DeserializeObject(data.Json, Json),
        TypedData.DataOneofCase.Bytes => data.Bytes.ToByteArray(),
        TypedData.DataOneofCase.Stream => data.Stream.ToByteArray(),
        TypedData.DataOneofCase.Int => data.Int,
        TypedData.DataOneofCase.Double => data.Double,
        TypedData.DataOneofCase.CollectionString => data.CollectionString.String.ToArray(),
        TypedData.DataOneofCase.CollectionBytes => data.CollectionBytes.Bytes.Select(bytes => bytes.ToByteArray()).ToArray(),
        var other => throw new NotSupportedException($"The worker answered with a value of kind {other}, which this host does not know."),
    };

    private static ModelBindingData ToRpc(ParameterBindingData data) => new()
    {
        Version = data.Version,
        Source = data.Source,
        ContentType = data.ContentType,
        Content = ByteString.CopyFrom(data.Content),
    };

    private static T Filled<T, TItem>(T collection, Func<T, RepeatedField<TItem>> items, IEnumerable<TItem> values)
    {
        items(collection).AddRange(values);
        return collection;
    }
}
