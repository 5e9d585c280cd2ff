using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using AuthorizationLevel = Microsoft.Azure.Functions.Worker.AuthorizationLevel;

namespace FunctionsHost.SampleApp;

public sealed record Work(string Id, bool Fail = false);

/// <summary>What goes to a queue, a blob and the caller at once.</summary>
public sealed class Outputs
{
    [QueueOutput("outputs")]
    public string[] Messages { get; set; } = [];

    [BlobOutput("outputs/{name}.txt")]
    public string Text { get; set; } = "";

    [HttpResult]
    public required IActionResult Response { get; set; }
}

public static class StorageFunctions
{
    /// <summary>Leaves a blob that is named by a property of the message; says in it how often the message has come.</summary>
    [Function(nameof(OnWork))]
    [BlobOutput("results/{Id}.txt")]
    public static string OnWork([QueueTrigger("%WORK_QUEUE%")] Work work, long dequeueCount, string popReceipt) =>
        work.Fail ? throw new InvalidOperationException($"{work.Id} cannot be done") : $"{work.Id} done at try {dequeueCount}, receipt {popReceipt.Length > 0}";

    [Function(nameof(OnPoison))]
    [BlobOutput("poisoned/{Id}.txt")]
    public static string OnPoison([QueueTrigger("%WORK_QUEUE%-poison")] Work work) => $"{work.Id} given up";

    /// <summary>Takes the message as it is.</summary>
    [Function(nameof(OnRaw))]
    [QueueOutput("raw-seen")]
    public static string OnRaw([QueueTrigger("raw")] QueueMessage message) => $"{message.MessageId}: {message.Body}";

    [Function(nameof(OnUpload))]
    [BlobOutput("copies/{name}.txt")]
    public static string OnUpload([BlobTrigger("uploads/{name}.txt")] string content, string name) => $"{name}: {content}";

    [Function(nameof(OnArrival))]
    [BlobOutput("arrived/{name}")]
    public static async Task<string> OnArrival(
        [BlobTrigger("arrivals/{name}", Source = BlobTriggerSource.EventGrid)] BlobClient blob, string name, CancellationToken cancellationToken) =>
        $"{name} of {blob.BlobContainerName}: {(await blob.DownloadContentAsync(cancellationToken)).Value.Content}";

    [Function(nameof(Output))]
    public static Outputs Output(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "output/{name}")] HttpRequest request,
        string name,
        [BlobInput("inputs/{name}.txt")] string? input) => new()
        {
            Messages = [$"first {name}", $"second {name}"],
            Text = $"{name} with {input ?? "nothing"}",
            Response = new AcceptedResult(),
        };
}
