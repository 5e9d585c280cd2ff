using System.Diagnostics;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Evolink.LocalHost.Azurite;

namespace Evolink.LocalHost.Tests.Azurite;

public sealed class AzuriteServerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Blobs_and_ports_are_the_same_after_a_restart()
    {
        Uri[] before, after;
        await using (AzuriteServer azurite = await StartAsync())
        {
            before = [azurite.BlobUri, azurite.QueueUri, azurite.TableUri];
            await WriteAsync(azurite, "kept");
        }

        await using (AzuriteServer azurite = await StartAsync())
        {
            after = [azurite.BlobUri, azurite.QueueUri, azurite.TableUri];
            Assert.Equal("kept", await ReadAsync(azurite));
        }

        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Messages_that_the_last_run_had_taken_are_free_at_once_and_those_that_are_not_due_stay_hidden()
    {
        TimeSpan later = TimeSpan.FromMinutes(5);
        await using (AzuriteServer azurite = await StartAsync())
        {
            QueueClient queue = new(azurite.ConnectionString, "messages");
            await queue.CreateAsync();
            await queue.SendMessageAsync("taken");
            Assert.Single((await queue.ReceiveMessagesAsync(32, later)).Value);
            await queue.SendMessageAsync("not due", visibilityTimeout: later);
        }

        await using (AzuriteServer azurite = await StartAsync())
        {
            QueueClient queue = new(azurite.ConnectionString, "messages");
            Assert.Equal(["taken"], (await queue.ReceiveMessagesAsync(32)).Value.Select(message => message.Body.ToString()));
            Assert.Equal(2, (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        }
    }

    [Fact]
    public async Task Tables_are_served_at_the_address_that_the_connection_string_names()
    {
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        using HttpClient http = new();

        using HttpResponseMessage answer = await http.GetAsync(new Uri($"{azurite.TableUri}/Tables"));

        Assert.Contains("Azurite-Table", string.Join(' ', answer.Headers.GetValues("Server")), StringComparison.Ordinal);
        Assert.Contains($"TableEndpoint={azurite.TableUri};", azurite.ConnectionString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queues_work_in_memory_without_a_folder()
    {
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        var queue = new QueueClient(azurite.ConnectionString, "messages");
        await queue.CreateAsync();

        await queue.SendMessageAsync("hello");

        Assert.Equal("hello", (await queue.ReceiveMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task Disposing_ends_the_process()
    {
        AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());
        int id = azurite.ProcessId;

        await azurite.DisposeAsync();

        Assert.Throws<ArgumentException>(() => Process.GetProcessById(id));
    }

    [Fact]
    public async Task After_a_kill_it_starts_on_the_same_folder_with_what_its_index_held()
    {
        AzuriteServer killed = await StartAsync();
        await WriteAsync(killed, "kept");
        await IndexHoldsAsync("the-blob");
        await killed.AbortAsync();

        await using AzuriteServer azurite = await StartAsync();

        Assert.Equal("kept", await ReadAsync(azurite));
    }

    [Fact]
    public async Task A_port_in_use_is_told()
    {
        await using AzuriteServer azurite = await AzuriteServer.StartAsync(new AzuriteOptions());

        var thrown = await Assert.ThrowsAsync<LocalHostException>(() => AzuriteServer.StartAsync(new AzuriteOptions { TablePort = azurite.TableUri.Port }));

        Assert.Contains($"port {azurite.TableUri.Port}: another program does", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_Azurite_is_told_with_the_command_that_installs_it()
    {
        var thrown = await Assert.ThrowsAsync<LocalHostException>(() => AzuriteServer.StartAsync(new AzuriteOptions { InstallFolder = _folder.Location }));

        Assert.Contains($"npm ci --ignore-scripts --prefix \"{_folder.Location}\"", thrown.Message, StringComparison.Ordinal);
    }

    private Task<AzuriteServer> StartAsync() => AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = _folder["azurite"] });

    private static async Task WriteAsync(AzuriteServer azurite, string text)
    {
        var container = new BlobContainerClient(azurite.ConnectionString, "things");
        await container.CreateIfNotExistsAsync();
        await container.GetBlobClient("the-blob").UploadAsync(BinaryData.FromString(text), overwrite: true);
    }

    private static async Task<string> ReadAsync(AzuriteServer azurite) =>
        (await new BlobClient(azurite.ConnectionString, "things", "the-blob").DownloadContentAsync()).Value.Content.ToString();

    private async Task IndexHoldsAsync(string text)
    {
        string index = _folder["azurite/__azurite_db_blob__.json"];
        while (!File.Exists(index) || !(await File.ReadAllTextAsync(index)).Contains(text, StringComparison.Ordinal))
            await Task.Yield();
    }
}
