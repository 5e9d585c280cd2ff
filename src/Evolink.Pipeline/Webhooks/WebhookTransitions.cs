using Evolink.Pipeline.Generations;

namespace Evolink.Pipeline.Webhooks;

/// <summary>The changes of a <see cref="JobRecord.Webhook"/>, pure and monotonic as those of <see cref="JobTransitions"/>.</summary>
public static class WebhookTransitions
{
    extension(JobRecord job)
    {
        /// <summary>The end is to be told; in the same write as the end itself, so that no crash comes in between.</summary>
        public JobRecord WithWebhookDue() => job.Webhook is { } webhook
            ? job with { Webhook = webhook with { State = WebhookState.Pending, Revision = job.Revision, Round = 0, Tries = 0, NextAt = null } }
            : job;

        /// <summary>Notes a call. One that another execution has noted already counts once, unless it is the one that succeeded.</summary>
        public JobRecord WithWebhookCall(WebhookRun run, WebhookCall call, WebhookState state, DateTimeOffset? nextAt) =>
            WebhookRun.DueFor(job) == run && job.Webhook is { } webhook && (webhook.Tries == call.Number - 1 || state == WebhookState.Delivered)
                ? job with { Webhook = webhook.With(call) with { State = state, Tries = Math.Max(webhook.Tries, call.Number), NextAt = nextAt }, UpdatedAt = call.At }
                : job;

        /// <summary>The end is to be told once more, from the first call on. A round before that ends with that: it finds that it is not due any more.</summary>
        public JobRecord WithRedelivery(DateTimeOffset now) => job is { State.IsTerminal: true, RemovedAt: null, Webhook: { } webhook }
            ? job with
            {
                Webhook = webhook with
                {
                    State = WebhookState.Pending,
                    Revision = job.Revision,
                    Round = webhook.Revision == job.Revision ? webhook.Round + 1 : 1,
                    Tries = 0,
                    NextAt = null,
                },
                UpdatedAt = now,
            }
            : job;
    }
}
