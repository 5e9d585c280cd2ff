using System.Globalization;
using System.Text.Json.Serialization;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Evolink.Functions.Batches;

/// <summary><c>GET /v1/batches</c>: the caller's batches, newest first, each by its own record alone.</summary>
public sealed class ListBatches(BatchStore store)
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    /// <summary><c>?limit=&amp;after=</c> pages through them. An operator asks for those of a client with <c>?client=</c>.</summary>
    [Function(nameof(ListBatches))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "v1/batches")] HttpRequest request, CancellationToken cancellationToken)
    {
        IQueryCollection query = request.Query;
        Caller caller = request.HttpContext.Caller;
        string client = query["client"] is [{ Length: > 0 } named] ? named : caller.Name;
        if (!caller.MaySee(client))
            return Errors.OperatorsOnly;
        int limit = DefaultLimit;
        if (query["limit"] is [{ Length: > 0 } text]
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            return Errors.Invalid([new ValidationIssue("limit", ValidationCodes.OutOfRange, $"'limit' must be 1 to {MaxLimit}.")]);
        }

        IndexCursor? after = null;
        if (query["after"] is [{ Length: > 0 } cursor] && !IndexCursor.TryParse(cursor, out after))
            return Errors.Invalid([NotACursor]);
        try
        {
            (IReadOnlyList<BatchRecord> batches, IndexCursor? next) = await store.ListAsync(client, after, limit, cancellationToken);
            BatchList list = new([.. batches.Select(BatchViews.Summary)], next?.ToString());
            return TypedResults.Json(list, FunctionsJsonContext.Default.BatchList);
        }
        catch (FormatException)
        {
            return Errors.Invalid([NotACursor]);
        }
    }

    private static ValidationIssue NotACursor => new("after", ValidationCodes.Malformed, "'after' must be the 'next' of the page before.");
}

/// <summary>One page of batches.</summary>
/// <param name="Data">
/// The batches, newest first, without their items. Counts and progress are by the batch's own record: an item that was started is
/// <c>processing</c> until the batch has seen its end.
/// </param>
/// <param name="Next">What to give as <c>after</c> for the next page; absent on the last one.</param>
public sealed record BatchList(
    [property: JsonPropertyName("data")] IReadOnlyList<BatchView> Data,
    [property: JsonPropertyName("next")] string? Next);
