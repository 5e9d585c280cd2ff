using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace FunctionsHost.Tests.Support;

/// <summary>One Azurite, in memory, with many accounts: each host of a test has one of its own, so that tests do not meet.</summary>
public sealed class Azurite : IAsyncLifetime
{
    private const string Key = "a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5";
    private const int Accounts = 40;

    private Process? _process;
    private JsonElement _ports;
    private int _account;

    /// <summary>Connection string of an account that nothing uses yet.</summary>
    public string NewAccount()
    {
        string name = $"account{Interlocked.Increment(ref _account)}";
        return $"DefaultEndpointsProtocol=http;AccountName={name};AccountKey={Key};"
            + string.Concat(new[] { "Blob", "Queue", "Table" }.Select(kind => $"{kind}Endpoint=http://127.0.0.1:{_ports.GetProperty(kind.ToLowerInvariant())}/{name};"));
    }

    public async ValueTask InitializeAsync()
    {
        await InstallAsync();
        ProcessStartInfo start = new("node", [Path.Combine(Paths.Azurite, "run.mjs")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', Enumerable.Range(1, Accounts).Select(n => $"account{n}:{Key}"));
        _process = Process.Start(start)!;
        string line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("Azurite did not start.");
        _ports = JsonElement.Parse(line);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // The lock is the one that Evolink.LocalHost takes too.
    private static async Task InstallAsync()
    {
        await using FileStream turn = await TakeTurnAsync(Path.Combine(Paths.Azurite, ".install.lock"));
        if (File.Exists(Path.Combine(Paths.Azurite, "node_modules", ".package-lock.json")))
            return;
        using Process npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]) { WorkingDirectory = Paths.Azurite })!;
        await npm.WaitForExitAsync();
    }

    private static async Task<FileStream> TakeTurnAsync(string file)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}

/// <summary>What tests put into storage and find there.</summary>
internal static class StorageExtensions
{
    public static QueueClient Queue(this string connection, string name) => new(connection, name);

    public static async Task SendAsync(this QueueClient queue, string message)
    {
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync(message);
    }

    /// <summary>The next message, taken out.</summary>
    public static Task<string> ReceiveAsync(this QueueClient queue) => Eventually.GetAsync(async () =>
    {
        if (!await queue.ExistsAsync() || (await queue.ReceiveMessageAsync()).Value is not { } message)
            return null;
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return message.MessageText;
    });

    public static async Task<BlobClient> UploadAsync(this string connection, string container, string name, string content)
    {
        BlobContainerClient containers = new(connection, container);
        await containers.CreateIfNotExistsAsync();
        BlobClient blob = containers.GetBlobClient(name);
        await blob.UploadAsync(BinaryData.FromString(content), overwrite: true);
        return blob;
    }

    /// <summary>What is in a blob, as soon as there is something: an output binding makes an empty one first.</summary>
    public static Task<string> ReadAsync(this string connection, string container, string name) => Eventually.GetAsync(async () =>
    {
        BlobClient blob = new(connection, container, name);
        return await blob.ExistsAsync() && (await blob.DownloadContentAsync()).Value.Content.ToString() is { Length: > 0 } content ? content : null;
    });
}
