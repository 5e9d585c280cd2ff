using System.Text.Json;

namespace FunctionsHost.Worker;

/// <summary>
/// The worker that runs, noted in a file which this host keeps locked. A worker outlives a host that is killed, as with the real host: the
/// next start of the host ends it first, so that no two workers of one app run on one folder.
/// </summary>
internal sealed class LeftoverWorker : IDisposable
{
    private const string NoteFile = "worker.json";

    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(5);

    private readonly FileStream _lock;
    private readonly string _note;

    private LeftoverWorker(FileStream held, string note) => (_lock, _note) = (held, note);

    /// <exception cref="FunctionAppException">Another host that runs has this folder.</exception>
    public static LeftoverWorker Open(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            // A file of its own, so that the note can be read while a host runs.
            FileStream held = new(Path.Combine(folder, "worker.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new LeftoverWorker(held, Path.Combine(folder, NoteFile));
        }
        catch (IOException e)
        {
            throw new FunctionAppException($"Another host runs on the folder {folder}: {e.Message}", e);
        }
    }

    /// <summary>The worker that the host on a folder has noted, if it still runs. A process that began at another time is not it.</summary>
    public static Process? Find(string folder)
    {
        Process? found = null;
        try
        {
            using FileStream note = new(
                Path.Combine(folder, NoteFile), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Noted noted = JsonSerializer.Deserialize<Noted>(note)!;
            found = Process.GetProcessById(noted.Id);
            if ((found.StartTime.ToUniversalTime() - noted.Started).Duration() < Tolerance && !found.HasExited)
                return found;
        }
        catch (Exception e) when (e is IOException or JsonException or ArgumentException or InvalidOperationException or Win32Exception)
        {
            // There is none, the note was cut short when the host was killed, or the process has ended or is somebody else's.
        }

        found?.Dispose();
        return null;
    }

    /// <summary>Ends the worker that an earlier host left behind.</summary>
    /// <returns>Its id; null where there was none.</returns>
    public int? End()
    {
        using Process? process = Find(Path.GetDirectoryName(_note)!);
        try
        {
            process?.Kill(entireProcessTree: true);
            process?.WaitForExit(TimeToEnd);
            return process?.Id;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null; // it has ended meanwhile
        }
        finally
        {
            File.Delete(_note);
        }
    }

    /// <summary>Notes the worker that runs now.</summary>
    public void Note(WorkerProcess worker)
    {
        if (worker.StartTime is { } started)
            File.WriteAllBytes(_note, JsonSerializer.SerializeToUtf8Bytes(new Noted(worker.Id, started)));
    }

    /// <summary>There is none any longer.</summary>
    public void Dispose()
    {
        File.Delete(_note);
        _lock.Dispose();
    }

    private sealed record Noted(int Id, DateTime Started);
}
