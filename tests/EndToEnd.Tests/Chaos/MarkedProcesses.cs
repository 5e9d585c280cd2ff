using System.Text;

namespace EndToEnd.Tests.Chaos;

/// <summary>The processes that a marked one has started, and those that they have, also after their parents died: each inherits the mark (Linux).</summary>
internal sealed class MarkedProcesses
{
    private readonly string _variable = $"EVOLINK_TEST_{Guid.NewGuid():N}";

    /// <summary>The environment variable of the first of them.</summary>
    public IReadOnlyDictionary<string, string?> Mark => new Dictionary<string, string?> { [_variable] = "1" };

    public IReadOnlyList<string> Alive() =>
        OperatingSystem.IsLinux() ? [.. Directory.EnumerateDirectories("/proc").Where(IsMarked).Select(CommandLine)] : [];

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
