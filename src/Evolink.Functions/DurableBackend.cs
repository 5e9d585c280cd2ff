using Microsoft.Extensions.Configuration;

namespace Evolink.Functions;

/// <summary>Which backend drives the orchestrations: a setting of the Functions host names it, and the package must hold its extension.</summary>
internal static class DurableBackend
{
    /// <summary>Set where the app was built with <c>-p:DurableBackend=scheduler</c> (Evolink.Functions.csproj).</summary>
    public const string HasScheduler = "Evolink.DurableTaskScheduler";

    private const string Setting = "AzureFunctionsJobHost:extensions:durableTask:storageProvider:type";

    /// <summary>Stops a start that the host would answer with errors about a provider that nobody knows.</summary>
    /// <exception cref="InvalidOperationException">The setting names the scheduler, and the app was built without its extension.</exception>
    public static void Check(IConfiguration configuration)
    {
        bool built = AppContext.TryGetSwitch(HasScheduler, out bool scheduler) && scheduler;
        if (!built && string.Equals(configuration[Setting], "azureManaged", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                $"The setting {Setting.Replace(":", "__", StringComparison.Ordinal)} is 'azureManaged', and this build of the app has no extension for the Durable "
                + "Task Scheduler. Build it with DURABLE_BACKEND=scheduler (azd env set DURABLE_BACKEND scheduler, then azd deploy), or remove the setting to run "
                + "on Azure Storage.");
        }
    }
}
