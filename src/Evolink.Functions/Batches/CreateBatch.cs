using System.Diagnostics;
using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Batches;

/// <summary><c>POST /v1/batches</c>: up to 1,000 generations in one request.</summary>
public sealed class CreateBatch(BatchIntake intake, BatchViews views, IOptions<EvolinkOptions> options)
{
    /// <summary>Largest body, in bytes.</summary>
    public const int MaxBody = 16 << 20;

    private const int MostIssues = 20;

    /// <summary>Checks every item before anything is accepted.</summary>
    [Function(nameof(CreateBatch))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/batches")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, MaxBody, cancellationToken) is not { } body)
            return Errors.TooLarge(MaxBody);
        if (!IdempotencyKeyHeader.TryRead(request, out string? key, out ValidationIssue? wrongKey))
            return Errors.Invalid([wrongKey]);

        IReadOnlyList<Uri> ownBases = request.AllOwnBases(options.Value);
        (BatchOrder? order, IReadOnlyList<ValidationIssue> issues) = BatchRequestReader.Read(
            body, RequestRules.Of(options.Value, ownBases), options.Value.MaxInFlight);
        if (order is null)
            return Invalid(issues);

        return await intake.AcceptAsync(durable, request.HttpContext.Caller.Name, key, order, ownBases, cancellationToken) switch
        {
            BatchIntakeResult.Accepted accepted => await AnswerAsync(request, accepted, cancellationToken),
            BatchIntakeResult.Refused refused => Invalid(refused.Issues),
            BatchIntakeResult.Conflict => Errors.IdempotencyConflict,
            BatchIntakeResult.NotReady notReady => Errors.NotReady(notReady.Missing),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, BatchIntakeResult.Accepted accepted, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.Location = $"/v1/batches/{accepted.Batch.Id}";
        headers.RetryAfter = BatchViews.RetryAfterSeconds;
        if (accepted.Replayed)
            headers["Idempotency-Replayed"] = "true";
        return await views.AnswerAsync(request, accepted.Batch, page: null, cancellationToken);
    }

    // A thousand items can be wrong in the same way; the first ones tell it.
    private static JsonHttpResult<EvolinkErrorResponse> Invalid(IReadOnlyList<ValidationIssue> issues) => Errors.Invalid(issues.Count <= MostIssues
        ? issues
        : [.. issues.Take(MostIssues), new ValidationIssue("generations", ValidationCodes.Malformed, $"And {issues.Count - MostIssues} more.")]);
}
