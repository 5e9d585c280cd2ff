using System.Runtime.InteropServices;

namespace Evolink.LocalHost.Chaos;

/// <summary>How to start this very program once more, also from within a test that only refers to it.</summary>
internal static class OwnProgram
{
    public static ProcessStartInfo Start(params string[] args)
    {
        string assembly = typeof(OwnProgram).Assembly.Location;
        string name = typeof(OwnProgram).Assembly.GetName().Name!;
        ProcessStartInfo start = Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == name
            ? new ProcessStartInfo(own, args)
            : new ProcessStartInfo(Dotnet(), ["exec", assembly, .. args]);
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        return start;
    }

    private static string Dotnet()
    {
        if (Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet")
            return path;
        return Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
            ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
    }
}
