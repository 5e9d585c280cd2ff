using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Evolink.LocalHost.Functions;
using Evolink.LocalHost.Invocations;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Triggers;

/// <summary>
/// Runs the app's blob functions. Event Grid does not reach this machine: containers are listed instead, every second. As on the host, each version of a blob is served
/// once, tried five times, and then told to the queue <c>webjobs-blobtrigger-poison</c>.
/// </summary>
internal sealed partial class BlobFunctions(
    FunctionInvoker invoker, DurableTaskClient durableClient, TriggerStorage storage, BlobReceipts receipts, TimeProvider time, ILogger<BlobFunctions> log)
{
    private const string PoisonQueue = "webjobs-blobtrigger-poison";
    private const int MaxTries = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly int MaxAtOnce = 8 * Environment.ProcessorCount;

    /// <summary>Serves one function until it is told to stop, and waits for what is under way then.</summary>
    public async Task RunAsync(FunctionDescriptor function, BlobPattern pattern, CancellationToken stopping)
    {
        BlobContainerClient container = storage.Blobs(((BlobTriggerAttribute)function.Binding).Connection).GetBlobContainerClient(pattern.Container);
        Dictionary<string, Task> underWay = new(StringComparer.Ordinal);
        using SemaphoreSlim slots = new(MaxAtOnce);
        try
        {
            while (true)
            {
                await ScanAsync(function, pattern, container, underWay, slots, stopping);
                await Task.Delay(Pause, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(underWay.Values);
        }
    }

    private async Task ScanAsync(
        FunctionDescriptor function, BlobPattern pattern, BlobContainerClient container, Dictionary<string, Task> underWay, SemaphoreSlim slots, CancellationToken stopping)
    {
        foreach ((string name, Task run) in underWay)
        {
            if (run.IsCompleted)
                underWay.Remove(name);
        }

        HashSet<string> there = new(StringComparer.Ordinal);
        try
        {
            await foreach (BlobItem item in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, stopping))
            {
                there.Add(item.Name);
                if (underWay.ContainsKey(item.Name) || pattern.Match(item.Name) is not { } parts || NextTry(function, item) is not { } receipt)
                    continue;
                await slots.WaitAsync(stopping);
                underWay[item.Name] = Task.Run(
                    async () =>
                    {
                        try
                        {
                            await RunOnceAsync(function, container.GetBlobClient(item.Name), parts, item.Name, receipt, stopping);
                        }
                        finally
                        {
                            slots.Release();
                        }
                    },
                    CancellationToken.None);
            }

            receipts.ForgetAllBut(function.Name, there);
        }
        // A container that somebody has yet to make is empty.
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            ContainerNotReadable(container.Name, e);
        }
    }

    private BlobReceipt? NextTry(FunctionDescriptor function, BlobItem item)
    {
        string etag = item.Properties.ETag?.ToString("G") ?? "";
        BlobReceipt? seen = receipts.Find(function.Name, item.Name);
        return seen?.ETag != etag ? new BlobReceipt(etag, 1, Done: false)
            : seen.Done ? null
            : seen with { Tries = seen.Tries + 1 };
    }

    // A try counts from its start: a blob that ends the process does not do so for ever.
    private async Task RunOnceAsync(
        FunctionDescriptor function, BlobClient blob, Dictionary<string, object?> parts, string name, BlobReceipt receipt, CancellationToken stopping)
    {
        try
        {
            if (receipt.Tries <= MaxTries)
            {
                receipts.Write(function.Name, name, receipt);
                parts["BlobTrigger"] = $"{blob.BlobContainerName}/{name}";
                parts["Uri"] = blob.Uri;
                await invoker.InvokeAsync(function, parts, context => new Invocation { Context = context, DurableClient = durableClient, Trigger = blob }, stopping);
            }
            else
            {
                await PutAsideAsync(function, blob, name, receipt, stopping);
            }

            receipts.Write(function.Name, name, receipt with { Done = true });
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            receipts.Write(function.Name, name, receipt with { Tries = receipt.Tries - 1 });
        }
        catch (Exception e)
        {
            BlobFunctionFailed(function.Name, name, receipt.Tries, e);
        }
    }

    // In the host's own words, for tools that read them.
    private async Task PutAsideAsync(FunctionDescriptor function, BlobClient blob, string name, BlobReceipt receipt, CancellationToken stopping)
    {
        QueueClient poison = storage.Queues(((BlobTriggerAttribute)function.Binding).Connection, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 })
            .GetQueueClient(PoisonQueue);
        PoisonBlob message = new("BlobTrigger", $"Host.Functions.{function.Name}", "BlockBlob", blob.BlobContainerName, name, receipt.ETag);
        await poison.CreateIfNotExistsAsync(cancellationToken: stopping);
        await poison.SendMessageAsync(JsonSerializer.Serialize(message, PoisonBlobJson.Default.PoisonBlob), timeToLive: TimeSpan.FromSeconds(-1), cancellationToken: stopping);
        BlobPutAside(name, PoisonQueue, MaxTries);
    }

    [LoggerMessage(3201, LogLevel.Error, "The blob function {Function} failed with {Name} (try {Tries}).")]
    private partial void BlobFunctionFailed(string function, string name, int tries, Exception exception);

    [LoggerMessage(3202, LogLevel.Error, "The blob {Name} was told to the queue {Poison} after {Tries} tries.")]
    private partial void BlobPutAside(string name, string poison, int tries);

    [LoggerMessage(3203, LogLevel.Warning, "The container {Container} could not be listed; it is tried again.")]
    private partial void ContainerNotReadable(string container, Exception exception);
}
