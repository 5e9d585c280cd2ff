using Microsoft.AspNetCore.Http;

namespace Evolink.Simulator;

/// <summary>Reads request bodies that have a limit.</summary>
internal static class RequestBody
{
    /// <summary>The whole body; <see langword="null"/> when it is longer than allowed.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
            return null;
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        while (await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (body.Length + count > limit)
                return null;
            body.Write(buffer, 0, count);
        }

        return body.ToArray();
    }
}
