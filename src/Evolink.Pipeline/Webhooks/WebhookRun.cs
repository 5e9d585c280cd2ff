using System.Globalization;
using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Webhooks;

/// <summary>Names the calls that tell one end of a job, in one round. It is all that their orchestration is given.</summary>
/// <param name="Id">The job.</param>
/// <param name="Revision">The revision that ended.</param>
/// <param name="Round">See <see cref="JobWebhook.Round"/>.</param>
public sealed record WebhookRun(JobId Id, int Revision, int Round)
{
    /// <summary>The orchestration's instance id.</summary>
    public string InstanceId => string.Create(CultureInfo.InvariantCulture, $"{Id}-w{Revision}-{Round}");

    /// <summary>The message's id, the same in every call and every round: the receiver knows by it what it has seen. No dots (Standard Webhooks, signature scheme).</summary>
    public string MessageId => string.Create(CultureInfo.InvariantCulture, $"msg_{Id}_{Revision}");

    /// <summary>The run that is due by a job's record; null where nothing is.</summary>
    public static WebhookRun? DueFor(JobRecord job) =>
        job is { State.IsTerminal: true, RemovedAt: null, Webhook: { State: WebhookState.Pending } webhook } && webhook.Revision == job.Revision
            ? new WebhookRun(job.Id, webhook.Revision, webhook.Round)
            : null;
}
