using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using EndToEnd.Tests.Support;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Storage;
using Evolink.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Tests;

/// <summary>From a message in <c>generation-requests</c> to the video, through the trigger.</summary>
[Collection(nameof(StorageTriggers))]
public sealed class QueueTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Queue = "generation-requests";

    private TestApp _app = null!;

    private QueueClient Messages => new(azurite.ConnectionString, Queue);

    public async ValueTask InitializeAsync()
    {
        await Messages.CreateIfNotExistsAsync();
        _app = await TestApp.StartAsync(azurite, StorageTriggers.Options(azurite));
        await StorageTriggers.ClearAsync(_app.Host.Services.GetRequiredService<EvolinkStorage>());
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_message_with_an_image_by_name_ends_as_a_video_and_the_same_key_is_the_same_job()
    {
        using HttpClient alice = _app.Client();
        string image = (await alice.UploadSampleAsync()).Split('/')[^1];
        string message = $$"""{"client":"alice","idempotency_key":"order-{{Guid.NewGuid():N}}","model":"wan2.6-image-to-video","prompt":"A cat playing piano","image":"{{image}}","duration":2}""";
        JobId id = JobId.From("queue", "alice", JsonElement.Parse(message).GetProperty("idempotency_key").GetString()!);
        await Messages.SendMessageAsync(message);
        await Messages.SendMessageAsync(message);
        JobRecord job = await StorageTriggers.EndOfAsync(_app, id);
        Assert.True(job.State == JobState.Completed, job.Error?.ToString());
        Assert.Equal(("alice", "queue"), (job.Client, job.Source));
        Assert.Single((await _app.Simulator.ReadLedgerAsync(withVideos: false)).Charges);
    }

    [Fact]
    public async Task A_queue_message_that_is_not_JSON_goes_to_poison_after_five_tries_with_the_reason_in_the_log()
    {
        string content = $"this is not JSON {Guid.NewGuid():N}";
        SendReceipt sent = await Messages.SendMessageAsync(content);
        QueueClient poison = new(azurite.ConnectionString, $"{Queue}-poison");
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        PeekedMessage[] put = [];
        while (put.Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
            if (await poison.ExistsAsync(patience.Token))
                put = [.. (await poison.PeekMessagesAsync(32, patience.Token)).Value.Where(message => message.Body.ToString() == content)];
        }

        string[] told = [.. _app.Log.Lines.Where(line => line.Contains(" 2501: ", StringComparison.Ordinal) && line.Contains(sent.MessageId, StringComparison.Ordinal))];
        Assert.Equal(5, told.Length);
        Assert.All(told, line => Assert.Contains("no valid JSON", line, StringComparison.Ordinal));
        BinaryData record = (await _app.Host.Services.GetRequiredService<EvolinkStorage>().Rejected.GetBlobClient($"{Queue}/{sent.MessageId}/reason.json").DownloadContentAsync()).Value.Content;
        Assert.Contains("no valid JSON", JsonElement.Parse(record).GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
