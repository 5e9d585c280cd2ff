using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Evolink.LocalHost.Azurite;
using Evolink.LocalHost.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Evolink.LocalHost.Tests.Triggers;

/// <summary>Blob and queue triggers against Azurite.</summary>
public sealed class StorageTriggersTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly Witness _witness = new();
    private AzuriteServer _azurite = null!;

    private BlobContainerClient Inbox => new(_azurite.ConnectionString, "inbox");

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        await Inbox.CreateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_version_of_a_blob_is_served_once_whatever_restarts_come_between()
    {
        await using (LocalFunctionsHost host = await StartAsync(typeof(Blobs)))
        {
            await Inbox.GetBlobClient("a/b c.txt").UploadAsync(new BinaryData("1"));
            Assert.Equal("a/b c.txt 1", await _witness.NextAsync());
            await Inbox.GetBlobClient("a/b c.txt").UploadAsync(new BinaryData("2"), overwrite: true);
            Assert.Equal("a/b c.txt 2", await _witness.NextAsync());
        }

        await Inbox.GetBlobClient("later.txt").UploadAsync(new BinaryData("3"));
        await using LocalFunctionsHost again = await StartAsync(typeof(Blobs));
        Assert.Equal("later.txt 3", await _witness.NextAsync());
        Assert.Equal(3, _witness.Calls);
    }

    [Fact]
    public async Task A_blob_whose_function_always_fails_is_told_to_the_poison_queue_after_five_tries_and_not_tried_again()
    {
        QueueClient poison = new(_azurite.ConnectionString, "webjobs-blobtrigger-poison", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await using (LocalFunctionsHost host = await StartAsync(typeof(Blobs)))
        {
            await Inbox.GetBlobClient("fails.txt").UploadAsync(new BinaryData("1"));
            QueueMessage message = await FirstAsync(poison);
            JsonElement told = JsonElement.Parse(message.Body);
            Assert.Equal(("Host.Functions.Blobs", "inbox", "fails.txt"), (told.GetProperty("FunctionId").GetString(), told.GetProperty("ContainerName").GetString(), told.GetProperty("BlobName").GetString()));
        }

        Assert.Equal(5, _witness.Calls);
        await using LocalFunctionsHost again = await StartAsync(typeof(Blobs));
        await Inbox.GetBlobClient("good.txt").UploadAsync(new BinaryData("1"));
        while (await _witness.NextAsync() != "good.txt 1")
        {
        }

        Assert.Equal(6, _witness.Calls);
    }

    [Fact]
    public async Task A_queue_message_is_tried_five_times_with_its_count_and_then_put_aside()
    {
        QueueClient queue = new(_azurite.ConnectionString, "work");
        await queue.CreateAsync();
        await using LocalFunctionsHost host = await StartAsync(typeof(Queues));
        await queue.SendMessageAsync("good");
        Assert.Equal("good 1", await _witness.NextAsync());
        await queue.SendMessageAsync("fails");
        for (int number = 1; number <= 5; number++)
            Assert.Equal($"fails {number}", await _witness.NextAsync());
        QueueMessage put = await FirstAsync(new QueueClient(_azurite.ConnectionString, "work-poison"));
        Assert.Equal("fails", put.Body.ToString());
        Assert.Equal(6, _witness.Calls);
        await UntilEmptyAsync(queue);
    }

    [Fact]
    public async Task A_message_that_the_end_of_the_host_cut_off_comes_back_at_once()
    {
        QueueClient queue = new(_azurite.ConnectionString, "work");
        await queue.CreateAsync();
        await using (LocalFunctionsHost host = await StartAsync(typeof(Queues)))
        {
            await queue.SendMessageAsync("waits");
            Assert.Equal("waits 1", await _witness.NextAsync());
        }

        await using LocalFunctionsHost again = await StartAsync(typeof(Queues));
        Assert.Equal("waits 2", await _witness.NextAsync());
    }

    // It is put aside before it is taken away: a crash in between leaves it twice, and never not at all.
    private static async Task UntilEmptyAsync(QueueClient queue)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while ((await queue.GetPropertiesAsync(patience.Token)).Value.ApproximateMessagesCount > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
    }

    private static async Task<QueueMessage> FirstAsync(QueueClient queue)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            if (await queue.ExistsAsync(patience.Token) && await queue.ReceiveMessageAsync(cancellationToken: patience.Token) is { Value: { } message })
                return message;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }

    private Task<LocalFunctionsHost> StartAsync(Type functions) => LocalFunctionsHost.StartAsync(new LocalFunctionsHostOptions
    {
        FunctionApp = functions.Assembly,
        FunctionClasses = [functions],
        ConfigureServices = (services, _, _) => services.AddSingleton(_witness),
        Settings = _ => new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = _azurite.ConnectionString,
            ["AzureFunctionsJobHost:extensions:queues:messageEncoding"] = "none",
            ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:00",
            ["AzureFunctionsJobHost:extensions:queues:maxPollingInterval"] = "00:00:00.2",
        },
        UseEnvironmentVariables = false,
        JournalPath = _folder["journal.db"],
    });

    public sealed class Blobs(Witness witness)
    {
        [Function("Blobs")]
        public async Task RunAsync([BlobTrigger("inbox/{name}", Source = BlobTriggerSource.EventGrid)] BlobClient blob, string name, CancellationToken cancellationToken)
        {
            string content = (await blob.DownloadContentAsync(cancellationToken)).Value.Content.ToString();
            await witness.RanAsync(name, content, cancellationToken);
        }
    }

    public sealed class Queues(Witness witness)
    {
        [Function("Queues")]
        public Task RunAsync([QueueTrigger("work")] QueueMessage message, long dequeueCount, CancellationToken cancellationToken) =>
            witness.RanAsync(message.Body.ToString(), $"{dequeueCount}", cancellationToken);
    }

    public sealed class Witness
    {
        private readonly BlockingCollection<string> _calls = [];
        private int _count;

        public int Calls => _count;

        public Task<string> NextAsync() => Task.Run(() => _calls.TryTake(out string? call, TimeSpan.FromSeconds(60)) ? call : throw new TimeoutException("Nothing ran."));

        public async Task RanAsync(string name, string detail, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            _calls.Add($"{name} {detail}", CancellationToken.None);
            if (name.StartsWith("fails", StringComparison.Ordinal))
                throw new InvalidOperationException("As the test asked for.");
            if (name.StartsWith("waits", StringComparison.Ordinal) && detail == "1")
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
    }
}
