using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Console;

namespace Evolink.LocalHost.Hosting;

/// <summary>The log of host and app on standard error.</summary>
internal static class LocalLog
{
    // Warn of what is their daily business: answers like 404 and 409, and that nobody collects traces.
    private static readonly string[] Noisy = ["Azure.", "DurableTask.", "Host.Triggers.DurableTask"];

    /// <summary>Logs from a level on, whatever host.json says.</summary>
    public static void ToStandardError(ILoggingBuilder logging, LogLevel least, bool timestamps = false)
    {
        logging.AddSimpleConsole(console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, timestamps ? "HH:mm:ss.fff " : null));
        logging.AddFilter<ConsoleLoggerProvider>((category, level) => level >= (IsNoisy(category) && least < LogLevel.Error ? LogLevel.Error : least));
        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static bool IsNoisy(string? category) => Array.Exists(Noisy, noisy => category?.StartsWith(noisy, StringComparison.Ordinal) == true);
}
