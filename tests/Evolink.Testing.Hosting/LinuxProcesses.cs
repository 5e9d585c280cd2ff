using System.Globalization;

namespace Evolink.Testing.Hosting;

/// <summary>What /proc tells of processes.</summary>
public static class LinuxProcesses
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>The processes that one started and that have not ended.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) =>
    [
        .. from folder in Directory.EnumerateDirectories("/proc")
           where int.TryParse(Path.GetFileName(folder), out _)
           let stat = Stat(folder)
           where stat is not null && stat[1] == parent.ToString(CultureInfo.InvariantCulture)
           select int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture),
    ];

    /// <summary>Whether it runs. A zombie has ended; that nobody has collected it yet is not its fault.</summary>
    public static bool IsRunning(int id) => Stat($"/proc/{id}") is { } stat && stat[0] is not ("Z" or "X");

    /// <summary>The program and its arguments.</summary>
    public static string CommandOf(int id) => File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ');

    /// <summary>Waits until it has ended.</summary>
    public static async Task EndOfAsync(int id)
    {
        using CancellationTokenSource patience = new(Patience, TimeProvider.System);
        while (IsRunning(id))
            await Task.Delay(Look, TimeProvider.System, patience.Token);
    }

    // State, parent and so on: what follows the name in parentheses.
    private static string[]? Stat(string folder)
    {
        try
        {
            string stat = File.ReadAllText($"{folder}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // ended while we looked
        }
    }
}
