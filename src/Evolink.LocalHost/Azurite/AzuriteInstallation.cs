namespace Evolink.LocalHost.Azurite;

/// <summary>The folder whose <c>node_modules</c> holds Azurite; <c>npm ci</c> fills it on first use.</summary>
internal sealed class AzuriteInstallation
{
    private const string Solution = "Evolink.Functions.sln";
    private static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "azurite");
    private static readonly TimeSpan LockPoll = TimeSpan.FromMilliseconds(100);

    private AzuriteInstallation(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>The wrapper that runs Azurite, as built into this program's folder.</summary>
    public static string Script => Path.Combine(Shipped, "run.mjs");

    public static AzuriteInstallation In(string? folder) => new(Path.GetFullPath(folder ?? FolderOfRepository() ?? Shipped));

    public static string CommandByHand(string folder) => $"npm ci --ignore-scripts --prefix \"{folder}\"";

    /// <summary>Installs what the lock file says, unless it is there. Several processes may call at once.</summary>
    public async Task EnsureAsync(Action<string> note, CancellationToken cancellationToken)
    {
        if (IsInstalled() || !File.Exists(Path.Combine(Folder, "package-lock.json")))
            return; // without a lock file it is somebody's own installation: if it is incomplete, the wrapper says so

        await using FileStream turn = await TakeTurnAsync(cancellationToken);
        if (IsInstalled())
            return;
        note($"Installing Azurite, the local storage, into {Folder} (once).");
        await InstallAsync(cancellationToken);
    }

    // npm writes node_modules/.package-lock.json last, so that an installation that was cut short is not taken for one, nor one of an older lock file.
    private bool IsInstalled()
    {
        FileInfo installed = new(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private async Task<FileStream> TakeTurnAsync(CancellationToken cancellationToken)
    {
        string file = Path.Combine(Folder, ".install.lock");
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                await Task.Delay(LockPoll, TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task InstallAsync(CancellationToken cancellationToken)
    {
        string[] npm = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
        // npm is a batch file on Windows, which only the shell can start.
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/d", "/c", "npm", .. npm]) : new ProcessStartInfo("npm", npm);
        start.WorkingDirectory = Folder;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            await output;
            if (process.ExitCode != 0)
                throw Failure(await errors, null);
        }
        catch (Win32Exception e)
        {
            throw Failure("npm was not found; it comes with Node.js 20 or newer, https://nodejs.org.", e);
        }
    }

    private LocalHostException Failure(string reason, Exception? inner)
    {
        string first = reason.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault() ?? "npm gave no reason.";
        return new LocalHostException($"Azurite, the local storage, could not be installed: {first} To see more, run `{CommandByHand(Folder)}` by hand.", inner);
    }

    private static string? FolderOfRepository()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, Solution)))
                return Path.Combine(at.FullName, "eng", "azurite");
        }

        return null;
    }
}
