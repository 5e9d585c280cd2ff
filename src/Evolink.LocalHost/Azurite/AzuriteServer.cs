namespace Evolink.LocalHost.Azurite;

/// <summary>
/// Azurite's blob, queue and table services on loopback, in a child process that ends with this one, however this one ends: the child watches its
/// standard input, which the operating system closes (see eng/azurite).
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    // Published by Microsoft for every storage emulator; it opens nothing but this loopback port.
    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;

    private AzuriteServer(Process process, AzuritePorts ports, string scheme)
    {
        _process = process;
        BlobUri = new Uri($"{scheme}://127.0.0.1:{ports.Blob}/{Account}");
        QueueUri = new Uri($"{scheme}://127.0.0.1:{ports.Queue}/{Account}");
        TableUri = new Uri($"{scheme}://127.0.0.1:{ports.Table}/{Account}");
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Address of the blob service, with the account.</summary>
    public Uri BlobUri { get; }

    /// <summary>Address of the queue service, with the account.</summary>
    public Uri QueueUri { get; }

    /// <summary>Address of the table service, with the account.</summary>
    public Uri TableUri { get; }

    /// <summary>Connection string for the storage clients.</summary>
    public string ConnectionString =>
        $"DefaultEndpointsProtocol={BlobUri.Scheme};AccountName={Account};AccountKey={AccountKey};BlobEndpoint={BlobUri};QueueEndpoint={QueueUri};TableEndpoint={TableUri};";

    /// <summary>Ends when the process has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>Id of the child process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Installs Azurite if needed, starts it, and returns when its services listen.</summary>
    /// <exception cref="LocalHostException">Node or npm is missing or too old, the installation failed, a port or the folder is in use.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, CancellationToken cancellationToken = default)
    {
        var installation = AzuriteInstallation.In(options.InstallFolder);
        await installation.EnsureAsync(options.Note, cancellationToken);

        Process process = Launch(installation, options);
        try
        {
            Task<string> complaint = process.StandardError.ReadToEndAsync(cancellationToken);
            string? line = await process.StandardOutput.ReadLineAsync(cancellationToken);
            if (line is null || JsonSerializer.Deserialize(line, AzuriteJsonContext.Default.AzuritePorts) is not { } ports)
                throw Failure(await complaint, installation);

            // Nothing more is expected, but a full pipe would block the child.
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return new AzuriteServer(process, ports, options.Tls is null ? "http" : "https");
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }
    }

    /// <summary>Lets Azurite write its index, and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
            await Exited.WaitAsync(StopTimeout, TimeProvider.System);
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            await AbortAsync();
        }

        _process.Dispose();
    }

    /// <summary>Ends Azurite as a crash would.</summary>
    internal async Task AbortAsync()
    {
        _process.Kill(entireProcessTree: true);
        await Exited;
    }

    private static Process Launch(AzuriteInstallation installation, AzuriteOptions options)
    {
        string[] arguments =
        [
            AzuriteInstallation.Script,
            "--azurite", installation.Folder,
            "--blob-port", $"{options.BlobPort}",
            "--queue-port", $"{options.QueuePort}",
            "--table-port", $"{options.TablePort}",
            .. options.Tls is { } tls ? ["--cert", tls.Certificate, "--key", tls.Key] : Array.Empty<string>(),
            .. options.DataFolder is { } folder ? ["--location", Path.GetFullPath(folder)] : Array.Empty<string>(),
        ];
        ProcessStartInfo start = new("node", arguments) { UseShellExecute = false, CreateNoWindow = true };
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new LocalHostException(NodeNeeded("was not found"), e);
        }
    }

    private static LocalHostException Failure(string complaint, AzuriteInstallation installation)
    {
        string last = complaint.TrimEnd().Split('\n')[^1];
        AzuriteFailure? failure = null;
        try
        {
            failure = JsonSerializer.Deserialize(last, AzuriteJsonContext.Default.AzuriteFailure);
        }
        catch (JsonException)
        {
            // Not from the wrapper: Node's own words, told below.
        }

        return new LocalHostException(failure?.Code switch
        {
            "node_too_old" => NodeNeeded($"is {failure.Message} here"),
            "not_installed" => $"Azurite is not installed in {installation.Folder}. Run `{AzuriteInstallation.CommandByHand(installation.Folder)}` and try again.",
            "port_in_use" => $"Azurite cannot listen on port {failure.Message}: another program does. Choose another port, or 0 for any.",
            "folder_in_use" => $"Another Azurite still uses {failure.Message}. End it, or choose another data folder with --data.",
            _ => $"Azurite did not start: {failure?.Message ?? last}",
        });
    }

    private static string NodeNeeded(string what) =>
        $"Node.js {what}, but Azurite, the local storage, needs version 20 or newer. Install it from https://nodejs.org (or `apt install nodejs`, `brew install node`, `winget install OpenJS.NodeJS`).";
}
