using Azure.Storage.Blobs;
using Evolink.Client;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace Evolink.Benchmarks.Cost;

/// <summary>What people write: a durable function that asks every five seconds. No ledger, no records, no checks, no callback.</summary>
public sealed class Polling(EvolinkClient evolink, BlobContainerClient videos, HttpClient http)
{
    /// <summary>How often the plain loop asks.</summary>
    public static readonly TimeSpan LoopInterval = TimeSpan.FromSeconds(5);

    /// <summary>How often the monitor asks.</summary>
    public static readonly TimeSpan MonitorInterval = TimeSpan.FromSeconds(30);

    // As long as the documented samples let theirs run.
    private static readonly TimeSpan Expiry = TimeSpan.FromHours(6);

    /// <summary>Sleep, look, again.</summary>
    [Function(nameof(PollingLoop))]
    public static async Task<string> PollingLoop([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string task = await context.CallActivityAsync<string>(nameof(SubmitTask), context.InstanceId);
        while (true)
        {
            await context.CreateTimer(LoopInterval, CancellationToken.None);
            if (await context.CallActivityAsync<string>(nameof(QueryTask), task) == "completed")
                return await context.CallActivityAsync<string>(nameof(CopyVideo), task);
        }
    }

    /// <summary>The documented monitor pattern: look first, then sleep, until it is done or too late.</summary>
    [Function(nameof(Monitor))]
    public static async Task<string> Monitor([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        string task = await context.CallActivityAsync<string>(nameof(SubmitTask), context.InstanceId);
        DateTime expires = context.CurrentUtcDateTime + Expiry;
        while (context.CurrentUtcDateTime < expires)
        {
            if (await context.CallActivityAsync<string>(nameof(QueryTask), task) == "completed")
                return await context.CallActivityAsync<string>(nameof(CopyVideo), task);
            await context.CreateTimer(context.CurrentUtcDateTime + MonitorInterval, CancellationToken.None);
        }

        return "expired";
    }

    /// <summary>Activity: submits.</summary>
    [Function(nameof(SubmitTask))]
    public async Task<string> SubmitTask([ActivityTrigger] string name, CancellationToken cancellationToken)
    {
        SubmittedTask task = await evolink.SubmitAsync(
            new VideoGenerationRequest { Prompt = $"A cat playing piano, {name}", ImageUrls = ["https://example.com/cat.png"] }, cancellationToken: cancellationToken);
        return task.TaskId;
    }

    /// <summary>Activity: asks.</summary>
    [Function(nameof(QueryTask))]
    public async Task<string> QueryTask([ActivityTrigger] string task, CancellationToken cancellationToken) =>
        (await evolink.GetTaskAsync(task, cancellationToken)).Status.ToString();

    /// <summary>Activity: asks for the link, and copies.</summary>
    [Function(nameof(CopyVideo))]
    public async Task<string> CopyVideo([ActivityTrigger] string task, CancellationToken cancellationToken)
    {
        VideoTask completed = await evolink.GetTaskAsync(task, cancellationToken);
        await using Stream video = await http.GetStreamAsync(new Uri(completed.Results![0]), cancellationToken);
        await videos.GetBlobClient($"{task}.mp4").UploadAsync(video, overwrite: true, cancellationToken);
        return "completed";
    }
}
