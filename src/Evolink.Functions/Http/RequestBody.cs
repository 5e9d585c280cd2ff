using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Http;

/// <summary>Reads bodies by hand, bounded.</summary>
internal static class RequestBody
{
    /// <summary>Largest JSON body, in bytes.</summary>
    public const int MaxJson = 1 << 20;

    extension(HttpRequest request)
    {
        /// <summary>How the body is encoded, which is not decoded here, for a small body may be an endless one; null where it is not.</summary>
        public string? Coding => request.Headers.ContentEncoding.ToString() is var coding
            && !string.IsNullOrWhiteSpace(coding) && !coding.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase)
                ? coding[..Math.Min(coding.Length, 40)]
                : null;
    }

    /// <summary>The whole body, or null where it is larger than <paramref name="limit"/>. Nothing is allocated by what the request says of itself.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            return null;
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > limit)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
