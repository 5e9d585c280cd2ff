using Evolink.Functions.Http;
using Evolink.Pipeline.Callbacks;
using Evolink.Pipeline.Images;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Images;

/// <summary>Serves what clients uploaded: to its owner, or to whoever holds the signed link (Evolink).</summary>
public sealed class StoredFiles(ImageStore files, LinkSigner signer, Callers callers, TimeProvider time)
{
    /// <summary>Serves a file. Whose it is, the signature or the key says; another client's is not there.</summary>
    /// <param name="request">The request for it.</param>
    /// <param name="sha256">Its name.</param>
    /// <param name="code">Code of the error where there is none.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task<IResult> ServeAsync(HttpRequest request, string sha256, string code, CancellationToken cancellationToken)
    {
        bool signed = request.Query.ContainsKey("s");
        string? owner = signed ? SignedOwner(request, sha256) : callers.Identify(request)?.Name;
        if (owner is null && !signed)
            return Errors.Unauthorized;
        if (owner is null || await files.OpenAsync(owner, sha256, cancellationToken) is not { } file)
            return Errors.NotFound($"There is no such {code[..code.IndexOf('_', StringComparison.Ordinal)]}, or its link has expired.", code);
        return TypedResults.Stream(file.Content, file.ContentType);
    }

    private string? SignedOwner(HttpRequest request, string sha256)
    {
        string? client = request.Query["c"];
        return signer.IsImage(sha256, client, request.Query["e"], request.Query["k"], request.Query["s"], out DateTimeOffset end) && time.GetUtcNow() < end
            ? client
            : null;
    }
}
