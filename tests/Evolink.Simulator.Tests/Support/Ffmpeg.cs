using System.ComponentModel;
using System.Diagnostics;

namespace Evolink.Simulator.Tests;

/// <summary>The outer judge of videos; tests that need it are skipped where it is not installed.</summary>
internal static class Ffmpeg
{
    public static async Task<string> RunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{tool} is not installed: the box reader of the other tests has to do.");
            throw;
        }

        using (process)
        {
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            Assert.Equal("", await errors);
            Assert.Equal(0, process.ExitCode);
            return output.Trim();
        }
    }
}
