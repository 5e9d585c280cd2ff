using Microsoft.Extensions.Configuration;

namespace Evolink.LocalHost.Hosting;

/// <summary>The app's settings in a local run, and what the environment variables say about them beforehand.</summary>
/// <param name="ApiKey">Key of the real API, from <c>EVOLINK_API_KEY</c> or <c>Evolink__ApiKey</c>.</param>
/// <param name="HasStorage">Whether a storage account is configured, so that Azurite is not needed.</param>
/// <param name="BaseUrl">Address of the real API, where another one than usual is configured.</param>
/// <param name="AllowLoopback">Whether that address may be on this machine.</param>
/// <param name="Connection">Connection string of that account, where the one of the triggers is not configured: it is the same.</param>
internal sealed record LocalSettings(
    string? ApiKey, bool HasStorage, Uri? BaseUrl = null, bool AllowLoopback = false, string? Connection = null)
{
    private const string Name = "local";

    public static LocalSettings FromEnvironment()
    {
        IConfigurationRoot variables = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        string? key = variables["Evolink:ApiKey"] is { Length: > 0 } own ? own : variables["EVOLINK_API_KEY"];
        return new LocalSettings(
            key is { Length: > 0 } ? key : null,
            variables.GetSection("Evolink:Storage").GetChildren().Any(),
            Uri.TryCreate(variables["Evolink:BaseUrl"], UriKind.Absolute, out Uri? address) ? address : null,
            bool.TryParse(variables["Evolink:AllowLoopback"], out bool allowed) && allowed,
            variables.GetSection(EvolinkStorage.Connection).Exists() ? null : variables["Evolink:Storage:ConnectionString"]);
    }

    public IReadOnlyDictionary<string, string?> ForApp(Uri address, LocalKeys keys, AzuriteServer? azurite, Uri? simulator)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Evolink:ApiKey"] = ApiKey ?? SimulatorOptions.DevelopmentKey,
            [$"Evolink:ClientKeys:{Name}:0"] = keys.Client,
            ["Evolink:OperatorKeys:operator:0"] = keys.Operator,
            ["Evolink:Uploads:Client"] = Name,
            ["Evolink:Studio:ShowBalance"] = "true",
            ["Evolink:Studio:Simulated"] = simulator is null ? "false" : "true",
            ["Evolink:Callback:CurrentKey"] = Name,
            [$"Evolink:Callback:Keys:{Name}"] = keys.Callback,
            [$"Evolink:Webhooks:Secrets:{Name}:0"] = keys.Webhook,
        };
        // One machine, one user: what comes while nothing runs need not wait for half a minute, as it may outside of Flex Consumption.
        settings["AzureFunctionsJobHost:extensions:durableTask:storageProvider:maxQueuePollingInterval"] = "00:00:00.500";
        if (azurite is not null)
        {
            settings["Evolink:Storage:ConnectionString"] = settings[EvolinkStorage.Connection] = azurite.ConnectionString;
            settings["AzureWebJobsStorage"] = azurite.ConnectionString;
        }
        else if (Connection is not null)
        {
            settings[EvolinkStorage.Connection] = Connection;
        }

        if (simulator is not null)
        {
            settings["Evolink:BaseUrl"] = settings["Evolink:FilesBaseUrl"] = simulator.GetLeftPart(UriPartial.Authority);
            settings["Evolink:PublicBaseUrl"] = address.GetLeftPart(UriPartial.Authority);
            settings["Evolink:ImageDelivery"] = "Host";
            settings["Evolink:AllowLoopback"] = "true";
        }
        else
        {
            // Evolink cannot reach this machine: images go there, and it is asked instead of calling back.
            settings["Evolink:ImageDelivery"] = "Files";
        }

        return settings;
    }
}
