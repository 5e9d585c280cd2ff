using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Images;

/// <summary><c>GET /v1/files/{name}</c>: a file, for its owner, or for whoever holds the signed link (Evolink).</summary>
public sealed class GetFile(StoredFiles files)
{
    /// <summary>Serves the file. Its extension is for those who look at links; what it is, its bytes have told.</summary>
    [Function(nameof(GetFile))]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/files/{name}")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        files.ServeAsync(request, Path.GetFileNameWithoutExtension(name), "file_not_found", cancellationToken);
}
