using System.Collections;

namespace FunctionsHost.App;

/// <summary>The settings under which an app runs, as its worker and as the job host see them.</summary>
internal sealed class AppSettings
{
    /// <summary>The section of host.json in the configuration, as in the real host: settings named <c>AzureFunctionsJobHost__...</c> override it.</summary>
    public const string HostSection = "AzureFunctionsJobHost";

    /// <summary>The setting that names the environment; Development by default, as under Core Tools.</summary>
    public const string EnvironmentName = "AZURE_FUNCTIONS_ENVIRONMENT";

    // With CONTAINER_NAME Durable takes itself for Linux Consumption; ASPNETCORE_URLS would put the worker's own server on somebody else's port.
    private static readonly string[] NotForTheWorker = ["CONTAINER_NAME", "ASPNETCORE_URLS", "ASPNETCORE_HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "URLS"];

    private readonly SortedDictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase);

    public AppSettings(IReadOnlyDictionary<string, string?> settings, bool useEnvironmentVariables)
    {
        Add("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated");
        Add(EnvironmentName, "Development");
        foreach ((string name, string? value) in settings)
            Add(name, value);
        if (!useEnvironmentVariables)
            return;
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            Add((string)variable.Key, (string?)variable.Value);
    }

    public string? this[string name] => _settings.GetValueOrDefault(Normalize(name));

    /// <summary>The environment of the worker, in place of this process's own.</summary>
    public void CopyTo(IDictionary<string, string?> environment)
    {
        foreach ((string name, string value) in _settings)
            environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        foreach (string name in NotForTheWorker)
            environment.Remove(name);
    }

    /// <summary>
    /// Adds what the job host reads: host.json below <see cref="HostSection"/>, then the settings. As sources of their own, for a chained
    /// configuration takes an empty value for none.
    /// </summary>
    /// <exception cref="FunctionAppException">host.json is not JSON.</exception>
    public void AddTo(IConfigurationBuilder configuration, string hostJson)
    {
        Dictionary<string, string?> settings = new(_settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value), StringComparer.OrdinalIgnoreCase)
        {
            ["CONTAINER_NAME"] = "",
            ["AzureWebJobsConfigurationSection"] = HostSection,
        };
        configuration.AddInMemoryCollection(Flatten(hostJson)).AddInMemoryCollection(settings);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Flatten(string hostJson)
    {
        if (!File.Exists(hostJson))
            return [];
        try
        {
            return new ConfigurationBuilder().AddJsonFile(hostJson).Build().AsEnumerable()
                .Where(setting => setting.Value is not null)
                .Select(setting => KeyValuePair.Create($"{HostSection}:{setting.Key}", setting.Value));
        }
        catch (InvalidDataException e)
        {
            throw new FunctionAppException($"{hostJson} is not valid JSON: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static string Normalize(string name) => name.Replace("__", ":", StringComparison.Ordinal);

    private void Add(string name, string? value)
    {
        if (value is not null)
            _settings[Normalize(name)] = value;
    }
}
