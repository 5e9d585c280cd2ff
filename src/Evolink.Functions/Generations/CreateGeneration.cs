using Evolink.Client;
using Evolink.Functions.Http;
using Evolink.Functions.Tasks;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Generations;

/// <summary><c>POST /v1/videos/generations</c>: Evolink's own call, made durable.</summary>
public sealed class CreateGeneration(GenerationIntake intake, TaskViews views, IOptions<EvolinkOptions> options)
{
    /// <summary>Checks the request before any money moves, and accepts it.</summary>
    [Function(nameof(CreateGeneration))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v1/videos/generations")] HttpRequest request,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        if (await RequestBody.ReadAsync(request, RequestBody.MaxJson, cancellationToken) is not { } body)
            return Errors.TooLarge(RequestBody.MaxJson);
        if (!IdempotencyKeyHeader.TryRead(request, out string? key, out ValidationIssue? wrongKey))
            return Errors.Invalid([wrongKey]);

        IReadOnlyList<Uri> ownBases = request.AllOwnBases(options.Value);
        (VideoGenerationRequest? generation, IReadOnlyList<ValidationIssue> issues) = GenerationRequestReader.Read(
            body, new RequestRules(ownBases, options.Value.AllowLoopback, options.Value.AllowUnknownFields));
        if (issues.Count > 0 || generation is null)
            return Errors.Invalid(issues);

        NewGeneration wanted = new(NewGeneration.Http, request.HttpContext.Caller.Name, generation, key, ownBases);
        IntakeResult result = await intake.AcceptAsync(durable, wanted, cancellationToken);
        return result is IntakeResult.Accepted accepted
            ? await AnswerAsync(request, accepted, cancellationToken)
            : Errors.NotAccepted(request.HttpContext.Response, result);
    }

    private async Task<IResult> AnswerAsync(HttpRequest request, IntakeResult.Accepted accepted, CancellationToken cancellationToken)
    {
        IHeaderDictionary headers = request.HttpContext.Response.Headers;
        headers.Location = $"/v1/tasks/{accepted.Job.Id}";
        headers.RetryAfter = TaskViews.RetryAfterSeconds(accepted.Job);
        if (accepted.Replayed)
            headers["Idempotency-Replayed"] = "true";
        return await views.AnswerAsync(request, accepted.Job, cancellationToken);
    }
}
