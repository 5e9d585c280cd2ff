using Evolink.Functions.Http;
using Evolink.Pipeline.Batches;
using Microsoft.AspNetCore.Http;

namespace Evolink.Functions.Batches;

/// <summary>The batch that a request names by its id.</summary>
internal static class RequestedBatch
{
    /// <summary>The record, or null where there is none, or where it is another client's: the caller cannot tell which.</summary>
    public static async Task<BatchRecord?> FindRequestedAsync(this BatchStore store, HttpRequest request, string id, CancellationToken cancellationToken) =>
        BatchId.TryParse(id, out BatchId batchId) && await store.FindAsync(batchId, cancellationToken) is { } batch && request.HttpContext.Caller.MaySee(batch.Client) ? batch : null;

    /// <summary>The answer that shows a batch.</summary>
    public static async Task<IResult> AnswerAsync(this BatchViews views, HttpRequest request, BatchRecord batch, BatchPage? page, CancellationToken cancellationToken) =>
        TypedResults.Json(await views.MakeAsync(batch, page, request.OwnBase, cancellationToken), FunctionsJsonContext.Default.BatchView);
}
