using System.ComponentModel;
using System.Diagnostics;

namespace Evolink.LocalHost.Cli;

/// <summary>The browser of whoever sits here.</summary>
internal static class Browser
{
    /// <summary>Opens a link; anything but a web address is not handed to the system.</summary>
    public static bool TryOpen(string link)
    {
        if (!Uri.TryCreate(link, UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            return false;
        try
        {
            ProcessStartInfo start = OperatingSystem.IsWindows()
                ? new(address.AbsoluteUri) { UseShellExecute = true }
                : new(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address.AbsoluteUri]) { UseShellExecute = false, RedirectStandardError = true };
            using Process? started = Process.Start(start);
            return true;
        }
        catch (Exception e) when (e is Win32Exception or FileNotFoundException)
        {
            return false;
        }
    }
}
