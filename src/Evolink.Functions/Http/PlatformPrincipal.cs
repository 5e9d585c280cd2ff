using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>
/// Whom the platform's own authentication has identified. It takes such a header from every request that comes from outside, and writes its own. Source:
/// Azure App Service, "Work with user identities": base64 of JSON with the claims.
/// </summary>
internal static class PlatformPrincipal
{
    private const string Header = "X-MS-CLIENT-PRINCIPAL";
    private const string Entra = "aad";
    private const int LongestHeader = 32 << 10;

    /// <summary>The object id of a Microsoft Entra principal, or null.</summary>
    public static Guid? Of(HttpRequest request)
    {
        if (request.Headers[Header] is not [{ Length: <= LongestHeader } header] || !Base64.IsValid(header))
            return null;
        try
        {
            ClientPrincipal? principal = JsonSerializer.Deserialize(Convert.FromBase64String(header), FunctionsJsonContext.Default.ClientPrincipal);
            string? id = principal?.AuthenticationType == Entra
                ? principal.Claims?.FirstOrDefault(claim => claim?.Type is "oid" or "http://schemas.microsoft.com/identity/claims/objectidentifier")?.Value
                : null;
            return Guid.TryParse(id, out Guid parsed) ? parsed : null;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>What the platform says of a caller.</summary>
/// <param name="AuthenticationType">The identity provider.</param>
/// <param name="Claims">Its claims.</param>
internal sealed record ClientPrincipal(
    [property: JsonPropertyName("auth_typ")] string? AuthenticationType, [property: JsonPropertyName("claims")] IReadOnlyList<PrincipalClaim?>? Claims);

/// <summary>One claim.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Value">Its value.</param>
internal sealed record PrincipalClaim([property: JsonPropertyName("typ")] string? Type, [property: JsonPropertyName("val")] string? Value);
