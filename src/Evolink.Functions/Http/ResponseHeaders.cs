using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>Headers of every answer.</summary>
internal static class ResponseHeaders
{
    public static void Apply(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.StrictTransportSecurity = "max-age=31536000";
        // Answers are one client's own; what may be kept says so itself.
        response.Headers.CacheControl = "no-store";
    }
}
