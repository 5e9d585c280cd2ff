using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Invocations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Triggers;

/// <summary>
/// Runs the app's queue functions. As on the host: messages are fetched in batches and hidden meanwhile, one that failed comes back after the visibility time-out, and
/// after its last try it is put into the queue <c>{name}-poison</c>; an empty queue is looked at less and less often.
/// </summary>
internal sealed partial class QueueFunctions(
    FunctionInvoker invoker, DurableTaskClient durableClient, TriggerStorage storage, QueueSettings settings, TimeProvider time, ILogger<QueueFunctions> log)
{
    private const string PoisonSuffix = "-poison";
    private static readonly TimeSpan Hidden = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Serves one function until it is told to stop, and waits for what is under way then.</summary>
    public async Task RunAsync(FunctionDescriptor function, string queueName, CancellationToken stopping)
    {
        string? connection = ((QueueTriggerAttribute)function.Binding).Connection;
        QueueClient poison = storage.Queues(connection, Options()).GetQueueClient(queueName + PoisonSuffix);
        QueueClientOptions options = Options();
        // Written otherwise than host.json says: put aside as it is, since no function can read it.
        options.MessageDecodingFailed += async failure => await PutAsideAsync(
            (QueueClient)failure.Queue, storage.Queues(connection, new QueueClientOptions()).GetQueueClient(queueName + PoisonSuffix), failure.ReceivedMessage, failure.CancellationToken);
        QueueClient queue = storage.Queues(connection, options).GetQueueClient(queueName);
        HashSet<Task> underWay = [];
        try
        {
            await PollAsync(function, queue, poison, underWay, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(underWay);
        }
    }

    private async Task PollAsync(FunctionDescriptor function, QueueClient queue, QueueClient poison, HashSet<Task> underWay, CancellationToken stopping)
    {
        TimeSpan pause = FirstPause;
        while (true)
        {
            underWay.RemoveWhere(run => run.IsCompleted);
            while (underWay.Count > settings.NewBatchThreshold)
                underWay.Remove(await Task.WhenAny(underWay).WaitAsync(stopping));
            QueueMessage[] messages = await ReceiveAsync(queue, stopping);
            foreach (QueueMessage message in messages)
                underWay.Add(Task.Run(() => RunOnceAsync(function, queue, poison, message, stopping), CancellationToken.None));
            pause = messages.Length > 0 ? FirstPause : pause * 2 < settings.MaxPollingInterval ? pause * 2 : settings.MaxPollingInterval;
            if (messages.Length == 0)
                await Task.Delay(pause, time, stopping);
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync(QueueClient queue, CancellationToken stopping)
    {
        try
        {
            return await queue.ReceiveMessagesAsync(settings.BatchSize, Hidden, stopping);
        }
        catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // On the host somebody else makes it; here nobody does.
            await queue.CreateIfNotExistsAsync(cancellationToken: stopping);
            return [];
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            QueueNotReadable(queue.Name, e);
            return [];
        }
    }

    private async Task RunOnceAsync(FunctionDescriptor function, QueueClient queue, QueueClient poison, QueueMessage message, CancellationToken stopping)
    {
        try
        {
            // Its last try ended with the process.
            if (message.DequeueCount > settings.MaxDequeueCount)
                await PutAsideAsync(queue, poison, message, stopping);
            else
                await TryAsync(function, queue, poison, message, stopping);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            // It comes back when it is no longer hidden.
            if (!stopping.IsCancellationRequested)
                QueueNotReadable(queue.Name, e);
        }
    }

    private async Task TryAsync(FunctionDescriptor function, QueueClient queue, QueueClient poison, QueueMessage message, CancellationToken stopping)
    {
        using CancellationTokenSource done = new();
        Task<QueueMessage> hidden = KeepHiddenAsync(queue, message, done.Token);
        Exception? failure = null;
        try
        {
            await invoker.InvokeAsync(
                function, BindingData(message), context => new Invocation { Context = context, DurableClient = durableClient, Trigger = message }, stopping);
        }
        catch (Exception e)
        {
            failure = e;
        }

        await done.CancelAsync();
        message = await hidden;
        if (failure is null)
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, CancellationToken.None);
        else if (stopping.IsCancellationRequested)
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, CancellationToken.None);
        else
            await FailedAsync(function, queue, poison, message, failure, stopping);
    }

    private async Task FailedAsync(FunctionDescriptor function, QueueClient queue, QueueClient poison, QueueMessage message, Exception failure, CancellationToken stopping)
    {
        QueueFunctionFailed(function.Name, message.MessageId, message.DequeueCount, failure);
        if (message.DequeueCount >= settings.MaxDequeueCount)
            await PutAsideAsync(queue, poison, message, stopping);
        else
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, settings.VisibilityTimeout, stopping);
    }

    // Written there before it is deleted here: a crash in between leaves two, not none.
    private async Task PutAsideAsync(QueueClient queue, QueueClient poison, QueueMessage message, CancellationToken stopping)
    {
        await poison.CreateIfNotExistsAsync(cancellationToken: stopping);
        await poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: stopping);
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, stopping);
        MessagePutAside(message.MessageId, poison.Name, message.DequeueCount);
    }

    /// <returns>The message with the receipt that is good at the end.</returns>
    private async Task<QueueMessage> KeepHiddenAsync(QueueClient queue, QueueMessage message, CancellationToken done)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Hidden / 2, time, done);
                message = message.Update(await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, Hidden, CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            return message;
        }
        catch (RequestFailedException)
        {
            // Somebody else has it by now, and the function may run twice.
            return message;
        }
    }

    private QueueClientOptions Options() => new() { MessageEncoding = settings.Encoding };

    private static Dictionary<string, object?> BindingData(QueueMessage message) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Id"] = message.MessageId,
        ["DequeueCount"] = message.DequeueCount,
        ["PopReceipt"] = message.PopReceipt,
        ["InsertionTime"] = message.InsertedOn,
        ["ExpirationTime"] = message.ExpiresOn,
        ["NextVisibleTime"] = message.NextVisibleOn,
    };

    [LoggerMessage(3101, LogLevel.Error, "The queue function {Function} failed with message {MessageId} (try {DequeueCount}).")]
    private partial void QueueFunctionFailed(string function, string messageId, long dequeueCount, Exception exception);

    [LoggerMessage(3102, LogLevel.Error, "Message {MessageId} was put into the queue {Poison} after {DequeueCount} tries.")]
    private partial void MessagePutAside(string messageId, string poison, long dequeueCount);

    [LoggerMessage(3103, LogLevel.Warning, "The queue {Queue} could not be reached; it is tried again.")]
    private partial void QueueNotReadable(string queue, Exception exception);
}
