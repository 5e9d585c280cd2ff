using System.Diagnostics;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Webhooks;

/// <summary>
/// Tells a job's end to its client, one call at a time. At least once: a crash between a call and its note makes the same call again, under the
/// same message id.
/// </summary>
public sealed partial class WebhookDelivery(
    GenerationStore store, WebhookSender sender, IOptions<EvolinkOptions> options, PipelineMetrics metrics, TimeProvider time, ILogger<WebhookDelivery> log)
{
    /// <summary>Makes the call that is due, if one is, and notes what came of it.</summary>
    /// <param name="run">The calls.</param>
    /// <param name="makeBody">Makes the body from the record; anew for each call, for the link in it lives shorter than the schedule.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>When to call again; null where this run is over.</returns>
    public async Task<DateTimeOffset?> CallAsync(
        WebhookRun run, Func<JobRecord, CancellationToken, Task<byte[]>> makeBody, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(run.Id, cancellationToken) is not { } job)
            return null;
        if (WebhookRun.DueFor(job) != run || job.Webhook is not { } webhook)
        {
            metrics.DuplicateSuppressed("webhook");
            return null;
        }

        // An execution noted its call, and died before the orchestration heard of it.
        if (webhook.NextAt is { } due && due > time.GetUtcNow())
            return due;

        return await JobTrace.RunAsync(
            PipelineTelemetry.WebhookActivity, job, log, activity => CallAsync(activity, job, webhook, run, makeBody, cancellationToken), ActivityKind.Client);
    }

    private async Task<DateTimeOffset?> CallAsync(
        Activity? activity, JobRecord job, JobWebhook webhook, WebhookRun run, Func<JobRecord, CancellationToken, Task<byte[]>> makeBody, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        WebhookAnswer answer = await SendAsync(job, run, makeBody, cancellationToken);
        activity?.SetTag("server.address", webhook.Host).SetTag("http.response.status_code", answer.Status);
        if (answer.Status is not (>= 200 and < 300))
            activity.Fail(answer.Status is null ? "no_answer" : "refused");
        WebhookCall call = new(now, run.Revision, run.Round, webhook.Tries + 1, answer.Status, answer.Error);
        (WebhookState state, DateTimeOffset? nextAt) = After(call, answer.RetryAfter);
        job = await store.UpdateAsync(job, record => record.WithWebhookCall(run, call, state, nextAt), cancellationToken);
        Log(job.Id, webhook.Host, call, state, nextAt);
        return WebhookRun.DueFor(job) == run ? job.Webhook?.NextAt : null;
    }

    private async Task<WebhookAnswer> SendAsync(
        JobRecord job, WebhookRun run, Func<JobRecord, CancellationToken, Task<byte[]>> makeBody, CancellationToken cancellationToken)
    {
        // A client that has a secret never gets an unsigned call, not even while the vault is away.
        if (WebhookSecrets.Of(options.Value, job.Client) is not { } keys)
            return new WebhookAnswer(null, $"Evolink:Webhooks:Secrets:{job.Client} is not resolved.", null);
        if ((await store.ReadRequestAsync(job.Id, cancellationToken)).Body.CallbackUrl is not { } url)
            return new WebhookAnswer(null, "The stored request has no callback_url.", null);
        return await sender.SendAsync(url, run.MessageId, await makeBody(job, cancellationToken), keys, cancellationToken);
    }

    private (WebhookState State, DateTimeOffset? NextAt) After(WebhookCall call, TimeSpan? retryAfter) => call.Status switch
    {
        >= 200 and < 300 => (WebhookState.Delivered, null),
        410 => (WebhookState.Gone, null),
        _ when WebhookSchedule.After(call.Number, retryAfter, Random.Shared.NextDouble()) is { } delay => (WebhookState.Pending, time.GetUtcNow() + delay),
        _ => (WebhookState.GivenUp, null),
    };

    private void Log(JobId job, string host, WebhookCall call, WebhookState state, DateTimeOffset? nextAt)
    {
        if (state == WebhookState.Delivered)
            LogDelivered(job, host, call.Number);
        else
            LogFailed(job, host, call.Number, call.Status, call.Error, state, nextAt);
    }

    [LoggerMessage(1501, LogLevel.Information, "Job {JobId}: {Host} took the webhook at call {Call}.")]
    private partial void LogDelivered(JobId jobId, string host, int call);

    [LoggerMessage(1502, LogLevel.Warning, "Job {JobId}: call {Call} of the webhook at {Host} failed ({Status}{Error}); it is {State}, next at {NextAt}.")]
    private partial void LogFailed(JobId jobId, string host, int call, int? status, string? error, WebhookState state, DateTimeOffset? nextAt);
}
