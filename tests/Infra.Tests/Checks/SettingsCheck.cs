using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace Infra.Tests.Checks;

/// <summary>The app settings: the code takes them as they are, nobody sets what nobody reads, none is a secret.</summary>
internal static partial class SettingsCheck
{
    private const string DataBlobs = "https://storage.blobEndpoint/";

    public static IEnumerable<string> Run(Deployment deployment, Infrastructure infrastructure)
    {
        Dictionary<string, string> settings = deployment.Settings;
        string hub = (string)JsonNode.Parse(infrastructure.Text("host.json"))!.At("extensions/durableTask/hubName")!;
        return
        [
            .. OfHost(settings, deployment, hub), .. Secrets(settings, deployment),
            .. Identities(settings, deployment), .. Options(settings, deployment, hub), .. Extra(settings, deployment),
        ];
    }

    /// <summary>What the host reads, and nothing else: on Flex Consumption, runtime and package are properties of the site.</summary>
    private static IEnumerable<string> OfHost(Dictionary<string, string> settings, Deployment deployment, string hub)
    {
        const string Provider = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__";
        const string Connection = "Endpoint=https://durable.endpoint/;Authentication=ManagedIdentity;ClientID=identity.clientId";
        string? deployed = deployment.Names("Microsoft.DurableTask/schedulers/taskHubs").SingleOrDefault();
        string[] expected =
        [
            // Service addresses: from a name the host would make those of the public cloud.
            "AzureWebJobsStorage__blobServiceUri=https://hostStorage.blobEndpoint/",
            "AzureWebJobsStorage__queueServiceUri=https://hostStorage.queueEndpoint/",
            "AzureWebJobsStorage__tableServiceUri=https://hostStorage.tableEndpoint/",
            "AzureWebJobsStorage__credential=managedidentity", "AzureWebJobsStorage__clientId=identity.clientId",
            $"{EvolinkStorage.Connection}__blobServiceUri={DataBlobs}",
            $"{EvolinkStorage.Connection}__queueServiceUri=https://storage.queueEndpoint/",
            $"{EvolinkStorage.Connection}__credential=managedidentity", $"{EvolinkStorage.Connection}__clientId=identity.clientId",
            "APPLICATIONINSIGHTS_CONNECTION_STRING=monitoring.insightsConnectionString",
            "APPLICATIONINSIGHTS_AUTHENTICATION_STRING=ClientId=identity.clientId;Authorization=AAD",
            "OTEL_TRACES_SAMPLER=parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG=0.01",
            .. deployed is null ? Array.Empty<string>() :
            [
                $"{Provider}type=azureManaged", $"{Provider}connectionStringName=DURABLE_TASK_SCHEDULER",
                $"DURABLE_TASK_SCHEDULER={Connection};TaskHub={hub}",
            ],
        ];
        string[] set =
        [
            .. from setting in settings
               where !setting.Key.StartsWith("Evolink__", StringComparison.Ordinal)
               select $"{setting.Key}={setting.Value}",
        ];
        if ((deployed ?? hub) != hub)
            yield return $"host.json has the hub '{hub}', and the scheduler '{deployed}'.";
        foreach (string setting in expected.Except(set))
            yield return $"Missing: {setting}";
        foreach (string setting in set.Except(expected))
            yield return $"Nobody reads {setting}";
    }

    private static IEnumerable<string> Secrets(Dictionary<string, string> settings, Deployment deployment)
    {
        IReadOnlyList<string> deployed = deployment.Names("Microsoft.KeyVault/vaults/secrets");
        foreach ((string name, string value) in settings)
        {
            if (LooksSecret().IsMatch(value))
                yield return $"'{name}' holds a secret.";
            if (!value.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal))
                continue;
            string secret = Reference().Match(value).Value;
            if (!deployed.Contains(secret) && !MadeByHook().IsMatch(secret))
                yield return $"'{name}' is '{value}', a secret that nobody makes.";
        }
    }

    /// <summary>What EXTRA_SETTINGS holds is set, as it is written there, also where the template says something else.</summary>
    private static IEnumerable<string> Extra(Dictionary<string, string> settings, Deployment deployment) =>
        from setting in deployment.Scenario.ExtraSettings
        where settings.GetValueOrDefault(setting.Key) != setting.Value
        select $"EXTRA_SETTINGS has {setting.Key}, and the next deployment would not keep it.";

    private static IEnumerable<string> Identities(Dictionary<string, string> settings, Deployment deployment)
    {
        JsonNode site = deployment.OfType("Microsoft.Web/sites").Single();
        if (settings.GetValueOrDefault("Evolink__Storage__ServiceUri") != DataBlobs)
            yield return "Evolink__Storage__ServiceUri is not the account of the data.";
        if (settings.GetValueOrDefault("Evolink__Storage__ClientId") != "identity.clientId")
            yield return "Evolink__Storage__ClientId is not the identity's.";
        if (site.At("identity/userAssignedIdentities/identity.id") is null)
            yield return "The site does not have the identity.";
        if ((string?)site.At("properties/keyVaultReferenceIdentity") != "identity.id")
            yield return "keyVaultReferenceIdentity is not the identity, so no reference into the vault is resolved.";
        JsonNode package = site.At("properties/functionAppConfig/deployment/storage/authentication")!;
        if ((string?)package["userAssignedIdentityResourceId"] != "identity.id")
            yield return "The package is not read with the identity.";
    }

    /// <summary>The code itself judges the settings, with every reference resolved.</summary>
    private static IEnumerable<string> Options(Dictionary<string, string> settings, Deployment deployment, string hub)
    {
        (EvolinkOptions options, string? unbound) = Bound(settings);
        if (unbound is not null)
            yield return unbound;
        if (options.Hub != hub)
            yield return $"host.json has the hub '{hub}', and the options '{options.Hub}'.";
        EvolinkOptionsValidator validator = new(new HostingEnvironment { EnvironmentName = Environments.Production });
        foreach (string wrong in validator.Validate(null, options).Failures ?? [])
            yield return wrong;
        foreach (string missing in EvolinkReadiness.Missing(options))
            yield return $"'{missing}' is missing.";
        if (!options.ClientKeys.ContainsKey(settings.GetValueOrDefault("Evolink__Uploads__Client") ?? string.Empty))
            yield return "Evolink__Uploads__Client names a client without a key.";
        JsonNode site = deployment.Only("Microsoft.Web/sites");
        if (options.MaxWaitingRequests * 4 > (int)site.At("functionAppConfig/scaleAndConcurrency/triggers/http/perInstanceConcurrency")!)
            yield return "Requests that wait may take a quarter of an instance's HTTP concurrency, no more.";
        bool closed = deployment.Accounts.All(account => (string?)account.At("properties/networkAcls/defaultAction") == "Deny");
        if (closed && options.VideoDelivery != VideoDelivery.Proxy)
            yield return "The storage account is closed, and clients are given links to it.";
        if (closed == site["virtualNetworkSubnetId"] is null)
            yield return "A closed storage account and an app in the network go together.";
    }

    private static (EvolinkOptions Options, string? Problem) Bound(Dictionary<string, string> settings)
    {
        EvolinkOptions options = new();
        try
        {
            new ConfigurationBuilder()
                .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key.Replace("__", ":"), setting => Resolved(setting.Value)))
                .Build().GetSection(EvolinkOptions.Section).Bind(options, binding => binding.ErrorOnUnknownConfiguration = true);
            return (options, null);
        }
        catch (InvalidOperationException e)
        {
            return (options, e.Message);
        }
    }

    /// <summary>A value as the vault would have it, of the kind that the hook makes.</summary>
    private static string? Resolved(string value)
    {
        if (!Reference().IsMatch(value))
            return value;
        string secret = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(value)));
        return value.Contains("/webhook-", StringComparison.Ordinal) ? $"whsec_{secret}" : secret;
    }

    [GeneratedRegex(@"AccountKey=|SharedAccessKey|[?&;](sig|code)=|InstrumentationKey=[0-9a-f]{8}-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LooksSecret();

    [GeneratedRegex(@"(?<=^@Microsoft\.KeyVault\(SecretUri=https://vault\.uri/secrets/)[\w-]+(?=\)$)", RegexOptions.None, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex("^(client|operator|webhook|callback)-", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MadeByHook();
}
