using System.Text.Json;

namespace Evolink.Client;

/// <summary>Reads <c>{"error": ...}</c>, where the code may be a number and the whole error a string.</summary>
internal static class ErrorEnvelope
{
    /// <summary>The error, or <see langword="null"/> where nothing is said: only what Evolink itself says proves that it refused.</summary>
    public static EvolinkError? Read(JsonElement body)
    {
        var error = body.Member("error") switch
        {
            { ValueKind: JsonValueKind.String } text => new EvolinkError(null, text.AsText(), null),
            { ValueKind: JsonValueKind.Object } value =>
                new EvolinkError(value.Text("code"), value.Text("message"), value.Text("type"), value.Text("param")),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(error?.Code) && string.IsNullOrWhiteSpace(error?.Message) ? null : error;
    }
}
