using System.Text.Json.Serialization;

namespace Evolink.Client;

/// <summary>The envelope of every error answer.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record EvolinkErrorResponse(
    [property: JsonPropertyName("error")] EvolinkError Error);

/// <summary>The error inside the envelope.</summary>
/// <param name="Code">Identifier, such as <c>invalid_request</c>.</param>
/// <param name="Message">Words for people.</param>
/// <param name="Type">Family, such as <c>invalid_request_error</c>.</param>
/// <param name="Param">The field that was wrong, such as <c>image_urls[0]</c>; left out where there is none.</param>
public sealed record EvolinkError(
    [property: JsonPropertyName("code")] string? Code,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("param"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Param = null);
