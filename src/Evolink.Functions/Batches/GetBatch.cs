using System.Globalization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Batches;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Batches;

/// <summary><c>GET /v1/batches/{id}</c>: how a batch stands, and a page of its items with their results so far.</summary>
public sealed class GetBatch(BatchStore store, BatchViews views)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    private static readonly string[] Statuses = ["pending", "processing", "completed", "failed"];

    /// <summary>Answers at once.</summary>
    [Function(nameof(GetBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/batches/{id}")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (await store.FindRequestedAsync(request, id, cancellationToken) is not { } batch)
            return Errors.NoSuchBatch;
        if (ReadPage(request.Query, out BatchPage page) is { } issue)
            return Errors.Invalid([issue]);
        if (batch.EndedAt is null)
            request.HttpContext.Response.Headers.RetryAfter = BatchViews.RetryAfterSeconds;
        return await views.AnswerAsync(request, batch, page, cancellationToken);
    }

    private static ValidationIssue? ReadPage(IQueryCollection query, out BatchPage page)
    {
        int? limit = Number(query, "limit", DefaultLimit);
        int? after = Number(query, "after", -1);
        string? status = query["status"] is [{ } wanted] ? wanted : null;
        page = new BatchPage(limit ?? DefaultLimit, after ?? -1, status);
        return limit is not (>= 1 and <= MaxLimit) ? new ValidationIssue("limit", ValidationCodes.OutOfRange, $"'limit' must be 1 to {MaxLimit}.")
            : after is null ? new ValidationIssue("after", ValidationCodes.Malformed, "'after' must be the 'next' of the page before.")
            : status is not null && !Statuses.Contains(status) ? new ValidationIssue("status", ValidationCodes.NotSupported, $"'status' must be one of {string.Join(", ", Statuses)}.")
            : null;
    }

    private static int? Number(IQueryCollection query, string name, int absent) => query[name] switch
    {
        [] => absent,
        [{ } text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
        _ => null,
    };
}
