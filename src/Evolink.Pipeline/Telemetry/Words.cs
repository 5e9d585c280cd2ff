using Evolink.Pipeline.Storage;

namespace Evolink.Pipeline.Telemetry;

internal static class Words
{
    /// <summary>A value's name as it stands in records and on the wire: <c>not_sent</c>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => SnakeCaseEnumConverter<T>.NameOf(value);
}
