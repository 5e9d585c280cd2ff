using System.Diagnostics;
using System.Text.Json;

namespace FunctionsHost.Worker;

/// <summary>
/// The worker that runs, noted in a file. A worker outlives a host that is killed, as with the real host: the next start of the host ends it
/// first, so that no two workers of one app run on one data folder.
/// </summary>
internal static class LeftoverWorker
{
    private const string FileName = "worker.json";
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    public static void Note(string? folder, WorkerProcess worker)
    {
        if (folder is null)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(new Noted(worker.Id, worker.StartTime.ToUniversalTime())));
    }

    public static void Forget(string? folder)
    {
        if (folder is not null)
            File.Delete(Path.Combine(folder, FileName));
    }

    /// <summary>Ends the worker that an earlier host left behind, if it still runs. A process that began at another time is not it.</summary>
    /// <returns>Its id; null where there was none.</returns>
    public static int? End(string? folder)
    {
        if (folder is null || Read(Path.Combine(folder, FileName)) is not { } noted)
            return null;
        try
        {
            using var process = Process.GetProcessById(noted.Id);
            if ((process.StartTime.ToUniversalTime() - noted.Started).Duration() > Tolerance)
                return null;
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
            return noted.Id;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null; // it has ended, or it is somebody else's
        }
        finally
        {
            Forget(folder);
        }
    }

    private static Noted? Read(string file)
    {
        try
        {
            return File.Exists(file) ? JsonSerializer.Deserialize<Noted>(File.ReadAllText(file)) : null;
        }
        catch (JsonException)
        {
            return null; // cut short when the host was killed
        }
    }

    private sealed record Noted(int Id, DateTime Started);
}
