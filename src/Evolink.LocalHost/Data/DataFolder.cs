namespace Evolink.LocalHost.Data;

/// <summary>Everything a local run keeps: its storage, the simulator's tasks, keys. One run at a time holds it.</summary>
public sealed class DataFolder : IDisposable
{
    /// <summary>Below this much free space a run would sooner fail half-way than do anything useful.</summary>
    private const long LeastFreeBytes = 64L << 20;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held, LocalKeys keys) => (Location, _lock, Keys) = (path, held, keys);

    /// <summary>Full path of the folder.</summary>
    public string Location { get; }

    /// <summary>The keys made for this folder.</summary>
    public LocalKeys Keys { get; }

    /// <summary>Folder of Azurite.</summary>
    public string Azurite => Path.Combine(Location, "azurite");

    /// <summary>Folder of the simulator.</summary>
    public string Simulator => Path.Combine(Location, "simulator");

    /// <summary>Folder for copies of finished videos, which ends with a separator.</summary>
    public static string VideosOf(string path) => Path.Combine(path, "videos") + Path.DirectorySeparatorChar;

    /// <summary>Opens or makes the folder and holds it until disposed; a crash releases it too.</summary>
    /// <exception cref="LocalHostException">Another run holds it, the disk is full, or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        string full = Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(full);
            else
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            RequireSpace(full);
            RefuseJournal(full);
            FileStream held = Hold(full);
            try
            {
                return new DataFolder(full, held, LocalKeys.LoadOrCreate(full));
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new LocalHostException($"The data folder {full} cannot be used: {e.Message} Choose another with --data DIR.", e);
        }
    }

    /// <summary>Lets others know where this run can be reached.</summary>
    public void Announce(Uri address) => File.WriteAllText(AddressFile(Location), address.ToString());

    /// <summary>Where the run that holds a folder says that it can be reached; one that was killed says so still.</summary>
    public static Uri? AddressOfRun(string path)
    {
        string file = AddressFile(path);
        return File.Exists(file) && Uri.TryCreate(File.ReadAllText(file), UriKind.Absolute, out Uri? address) ? address : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string AddressFile(string folder) => Path.Combine(folder, "run.url");

    private static FileStream Hold(string folder)
    {
        string file = Path.Combine(folder, "run.lock");
        try
        {
            var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.Delete(AddressFile(folder));
            return held;
        }
        catch (IOException e) when (File.Exists(file))
        {
            string address = AddressOfRun(folder)?.ToString().TrimEnd('/') ?? "";
            string where = address.Length > 0 ? $" at {address}" : "";
            string elsewhere = address.Length > 0 ? $"Send the generation there with `--endpoint {address}`, end that run" : "End that run";
            throw new LocalHostException($"The data folder {folder} is in use by another run{where}. {elsewhere}, or choose another folder with --data DIR.", e);
        }
    }

    // Before Durable's own storage provider ran here, orchestrations stood in a file: jobs that were under way then are in no hub that would go on with them.
    private static void RefuseJournal(string folder)
    {
        const string advice = "Finish its jobs with the version that made it, or choose another folder with --data DIR.";
        if (File.Exists(Path.Combine(folder, "journal.db")))
            throw new LocalHostException(
                $"The data folder {folder} is of a version that kept its orchestrations in journal.db, which this one does not read. {advice}");
    }

    private static void RequireSpace(string folder)
    {
        if (new DriveInfo(folder).AvailableFreeSpace < LeastFreeBytes)
            throw new LocalHostException($"There is no disk space left for {folder}: less than {LeastFreeBytes >> 20} MB are free. Free some, or choose a folder on another disk with --data DIR.");
    }
}
