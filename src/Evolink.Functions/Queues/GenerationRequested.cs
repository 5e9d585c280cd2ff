using System.Diagnostics;
using Azure.Storage.Queues.Models;
using Evolink.Client;
using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Queues;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Telemetry;
using Evolink.Pipeline.Uploads;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Queues;

/// <summary>A message in <c>generation-requests</c>: the body of a POST, with the client that it is for. What is not usable goes to the poison queue, after the host's five tries.</summary>
public sealed partial class GenerationRequested(
    QueuedRequestReader reader, GenerationIntake intake, RejectedUploads rejected, IOptions<EvolinkOptions> options, PipelineMetrics metrics, ILogger<GenerationRequested> log)
{
    /// <summary>Accepts the request; the same message, or the same key, meets the same job.</summary>
    /// <exception cref="MessageRejectedException">It is not usable; the host tries again and puts it aside in the end.</exception>
    [Function(nameof(GenerationRequested))]
    public async Task RunAsync(
        [QueueTrigger(QueuedRequest.Queue, Connection = EvolinkStorage.Connection)] QueueMessage message,
        [DurableClient] DurableTaskClient durable,
        CancellationToken cancellationToken)
    {
        metrics.MessageTaken(message.InsertedOn);
        if (await RefusalAsync(durable, message, cancellationToken) is { } reason)
        {
            // The poison queue holds the message as it came; why it is there stands here.
            await rejected.NoteMessageAsync(QueuedRequest.Queue, message.MessageId, reason, cancellationToken);
            LogRejected(message.MessageId, message.DequeueCount, reason.Code, reason.Message);
            throw new MessageRejectedException(message.MessageId, reason);
        }

        if (message.DequeueCount > 1)
            await rejected.ForgetMessageAsync(QueuedRequest.Queue, message.MessageId, cancellationToken);
    }

    private async Task<RejectReason?> RefusalAsync(DurableTaskClient durable, QueueMessage message, CancellationToken cancellationToken)
    {
        (QueuedRequest? request, IReadOnlyList<ValidationIssue> issues) = reader.Read(message.MessageId, message.Body);
        if (request is null)
            return RejectReason.From(issues);
        NewGeneration wanted = new(
            QueuedRequest.Source, request.Client, request.Request, request.Key, options.Value.PublicBaseUrl is { } own ? [own] : [])
        {
            Origin = new JobOrigin { MessageId = message.MessageId },
        };
        return await intake.AcceptAsync(durable, wanted, cancellationToken) switch
        {
            IntakeResult.Accepted or IntakeResult.Removed => null,
            IntakeResult.Refused refused => RejectReason.From(refused.Issues),
            IntakeResult.Conflict => new RejectReason("idempotency_conflict", "The idempotency_key was used before with another request; use a new key for a new one."),
            IntakeResult.NotReady notReady => new RejectReason("not_ready", $"The app accepts no work: {string.Join(", ", notReady.Missing)} must be set."),
            _ => throw new UnreachableException(),
        };
    }

    [LoggerMessage(2501, LogLevel.Error, "Message {MessageId} of the queue is not usable (try {DequeueCount}), {Code}: {Reason}")]
    private partial void LogRejected(string messageId, long dequeueCount, string code, string reason);
}
