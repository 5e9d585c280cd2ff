using System.Collections;
using System.Text.Json;
using System.Text.RegularExpressions;
using Evolink.Pipeline.Options;
using Infra.Tests.Evaluation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Infra.Tests.Checks;

/// <summary>The app settings: the code takes them as they are, nobody sets what nobody reads, none is a secret.</summary>
internal static partial class SettingsCheck
{
    private const string Scheduler = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__";

    /// <summary>What the Functions host reads. On Flex Consumption, runtime and package are properties of the site and refused as settings.</summary>
    private static readonly HashSet<string> OfHost =
    [
        "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__credential", "AzureWebJobsStorage__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        Scheduler + "type", Scheduler + "connectionStringName",
    ];

    /// <summary>Settings of parts that are not in the code yet; whatever is in the code is checked like all others.</summary>
    public static IEnumerable<Problem> Run(Outcome outcome, InfraSources sources)
    {
        if (outcome.OfType("Microsoft.Web/sites/config").FirstOrDefault(config => config.Name == "appsettings") is not { } resource)
            return [new("infra/app.bicep", 0, "The app has no settings.")];
        Dictionary<string, string> settings = ((Dictionary<string, object?>)resource.Properties["properties"]!)
            .ToDictionary(setting => setting.Key, setting => Functions.Text(setting.Value), StringComparer.Ordinal);
        return Names(settings).Concat(Secrets(settings, outcome)).Concat(Identities(settings, outcome)).Concat(Durable(settings, outcome, sources)).Concat(Options(settings, outcome))
            .Select(message => Problem.At(resource.File, resource.Declaration, $"{outcome.Scenario.Name}: {message}"));
    }

    private static IEnumerable<string> Names(Dictionary<string, string> settings) =>
        from name in settings.Keys
        where !OfHost.Contains(name) && settings.GetValueOrDefault(Scheduler + "connectionStringName") != name
            && !(name.StartsWith("Evolink__", StringComparison.Ordinal) && IsRead(typeof(EvolinkOptions), name.Split("__").AsSpan(1)))
        select $"nobody reads '{name}'.";

    private static bool IsRead(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
            return !typeof(IEnumerable).IsAssignableFrom(type) || type == typeof(string);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Dictionary<,>))
            return IsRead(type.GetGenericArguments()[1], path[1..]);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
            return int.TryParse(path[0], out _) && IsRead(type.GetGenericArguments()[0], path[1..]);
        return type.GetProperty(path[0]) is { CanWrite: true } property && IsRead(property.PropertyType, path[1..]);
    }

    private static IEnumerable<string> Secrets(Dictionary<string, string> settings, Outcome outcome)
    {
        // What the hook makes, and what the deployment itself writes when it is given.
        HashSet<string> made = [.. ((string)outcome.Deployment.Root!.Output("EVOLINK_GENERATED_SECRETS")!).Split(' '), "evolink-api-key"];
        foreach ((string name, string value) in settings)
        {
            if (LooksSecret().IsMatch(value))
                yield return $"'{name}' holds a secret.";
            if (!value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal))
                continue;
            Match reference = Reference().Match(value);
            if (!reference.Success)
                yield return $"'{name}' is '{value}', no reference into a vault.";
            else if (!made.Contains(reference.Groups["secret"].Value))
                yield return $"'{name}' refers to the secret '{reference.Groups["secret"].Value}', which nobody makes.";
        }
    }

    private static IEnumerable<string> Identities(Dictionary<string, string> settings, Outcome outcome)
    {
        ResourceValue site = outcome.OfType("Microsoft.Web/sites").Single();
        string identity = outcome.OfType("Microsoft.ManagedIdentity/userAssignedIdentities").Single().Id;
        string clientId = "11111111-0000-0000-0000-000000000001";
        if (settings.GetValueOrDefault("AzureWebJobsStorage__credential") != "managedidentity" || settings.GetValueOrDefault("AzureWebJobsStorage__clientId") != clientId)
            yield return "AzureWebJobsStorage does not name the identity: __credential must be managedidentity, __clientId its client id.";
        if (settings.GetValueOrDefault("AzureWebJobsStorage__accountName") != outcome.OfType("Microsoft.Storage/storageAccounts").Single().Name)
            yield return "AzureWebJobsStorage__accountName is not the storage account.";
        if (settings.GetValueOrDefault("APPLICATIONINSIGHTS_AUTHENTICATION_STRING") != $"ClientId={clientId};Authorization=AAD")
            yield return "APPLICATIONINSIGHTS_AUTHENTICATION_STRING does not name the identity, and Application Insights takes nothing without one.";
        if (settings.GetValueOrDefault("Evolink__Storage__ClientId") != clientId)
            yield return "Evolink__Storage__ClientId does not name the identity.";
        if (site.At(["properties", "keyVaultReferenceIdentity"]) as string != identity)
            yield return "keyVaultReferenceIdentity is not the identity of the app, so no reference into the vault is resolved.";
        if ((site.At(["identity", "userAssignedIdentities"]) as Dictionary<string, object?>)?.ContainsKey(identity) != true)
            yield return "The site does not have the identity.";
        if (site.At(["properties", "functionAppConfig", "deployment", "storage", "authentication", "userAssignedIdentityResourceId"]) as string != identity)
            yield return "The package is not read with the identity of the app.";
    }

    /// <summary>One hub, named alike in host.json, the options, and the scheduler.</summary>
    private static IEnumerable<string> Durable(Dictionary<string, string> settings, Outcome outcome, InfraSources sources)
    {
        using JsonDocument host = JsonDocument.Parse(sources["host.json"]);
        string hub = host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("hubName").GetString()!;
        if (hub != (settings.GetValueOrDefault("Evolink__Hub") ?? new EvolinkOptions().Hub))
            yield return $"host.json has the hub '{hub}', and the options another.";
        ResourceValue? deployed = outcome.OfType("Microsoft.DurableTask/schedulers/taskHubs").SingleOrDefault();
        string? name = settings.GetValueOrDefault(Scheduler + "connectionStringName");
        if (deployed is null != name is null || deployed is null != (settings.GetValueOrDefault(Scheduler + "type") != "azureManaged"))
            yield return "The settings and what is deployed disagree about the scheduler.";
        if (deployed is null || name is null)
            yield break;
        ResourceValue scheduler = outcome.OfType("Microsoft.DurableTask/schedulers").Single();
        string right = $"Endpoint={scheduler.At(["properties", "endpoint"])};Authentication=ManagedIdentity;ClientID=11111111-0000-0000-0000-000000000001;TaskHub={hub}";
        if (deployed.Name != hub || settings.GetValueOrDefault(name) != right)
            yield return $"'{name}' must be {right}, and the hub that is deployed '{hub}'.";
    }

    /// <summary>The code itself judges the settings, with every reference resolved.</summary>
    private static IEnumerable<string> Options(Dictionary<string, string> settings, Outcome outcome)
    {
        (EvolinkOptions options, string? unbound) = Bound(settings);
        if (unbound is not null)
            yield return unbound;
        foreach (string wrong in new EvolinkOptionsValidator(new Production()).Validate(null, options).Failures ?? [])
            yield return wrong;
        foreach (string missing in EvolinkReadiness.Missing(options))
            yield return $"'{missing}' is missing.";
        if (!options.ClientKeys.ContainsKey(settings.GetValueOrDefault("Evolink__Uploads__Client") ?? string.Empty))
            yield return "Evolink__Uploads__Client names a client without a key.";
        ResourceValue site = outcome.OfType("Microsoft.Web/sites").Single();
        if (site.At(["properties", "functionAppConfig", "scaleAndConcurrency", "triggers", "http", "perInstanceConcurrency"]) is not long concurrency
            || options.MaxWaitingRequests * 4 > concurrency)
            yield return "Requests that wait may take a quarter of an instance's HTTP concurrency, no more.";
        bool closed = outcome.OfType("Microsoft.Storage/storageAccounts").Single().At(["properties", "networkAcls", "defaultAction"]) is "Deny";
        if (closed && options.VideoDelivery != VideoDelivery.Proxy)
            yield return "The storage account is closed, and clients are given links to it.";
        if (closed != site.At(["properties", "virtualNetworkSubnetId"]) is string { Length: > 0 })
            yield return "A closed storage account and an app in the network go together.";
    }

    private static (EvolinkOptions Options, string? Problem) Bound(Dictionary<string, string> settings)
    {
        EvolinkOptions options = new();
        try
        {
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key.Replace("__", ":", StringComparison.Ordinal), (string?)Resolved(setting.Value))))
                .Build().GetSection(EvolinkOptions.Section).Bind(options);
            return (options, null);
        }
        catch (InvalidOperationException e)
        {
            return (options, e.Message);
        }
    }

    /// <summary>A value as the vault would have it, of the kind that the hook makes.</summary>
    private static string Resolved(string value)
    {
        if (!Reference().IsMatch(value))
            return value;
        string secret = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)));
        return value.Contains("/webhook-", StringComparison.Ordinal) ? $"whsec_{secret}" : secret;
    }

    [GeneratedRegex(@"AccountKey=|SharedAccessKey|[?&;](sig|code)=|InstrumentationKey=[0-9a-f]{8}-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooksSecret();

    [GeneratedRegex(@"^@Microsoft\.KeyVault\(SecretUri=https://[^/]+/secrets/(?<secret>[A-Za-z0-9-]+)\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();

    private sealed class Production : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = Environments.Production;

        public string ApplicationName { get; set; } = "Infra.Tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
