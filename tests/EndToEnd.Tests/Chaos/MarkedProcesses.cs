using System.Text;

namespace EndToEnd.Tests.Chaos;

/// <summary>Knows the processes that were started since, and those that they started, by a variable that each inherits. On Linux; elsewhere none.</summary>
internal sealed class MarkedProcesses : IDisposable
{
    private readonly string _variable = $"EVOLINK_TEST_{Guid.NewGuid():N}";

    public MarkedProcesses() => Environment.SetEnvironmentVariable(_variable, "1");

    public IReadOnlyList<string> Alive() =>
        OperatingSystem.IsLinux() ? [.. Directory.EnumerateDirectories("/proc").Where(IsMarked).Select(CommandLine)] : [];

    public void Dispose() => Environment.SetEnvironmentVariable(_variable, null);

    private bool IsMarked(string process) => Read(Path.Combine(process, "environ")).Contains(_variable, StringComparison.Ordinal);

    private static string CommandLine(string process) => $"{Path.GetFileName(process)} {Read(Path.Combine(process, "cmdline"))}".Replace('\0', ' ');

    private static string Read(string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // no process, somebody else's, or one that has just ended
        }
    }
}
