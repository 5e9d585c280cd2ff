using Infra.Tests.Bicep;
using Infra.Tests.Checks;

namespace Infra.Tests;

/// <summary>Each mistake that the checks are there for, made once.</summary>
public sealed class MutationTests(BicepParser parser)
{
    private const string App = "infra/app.bicep";
    private const string Alerts = "infra/alerts.bicep";
    private const string Durable = "infra/durable.bicep";
    private const string Events = "infra/events.bicep";
    private const string Main = "infra/main.bicep";
    private const string Roles = "infra/roles.bicep";
    private const string Storage = "infra/storage.bicep";
    private const string Uploads = "infra/uploads.bicep";
    private const string Vault = "infra/vault.bicep";

    [Theory]
    // Syntax and names.
    [InlineData(Storage, "kind: 'StorageV2'", "kind 'StorageV2'", "This is no Bicep")]
    [InlineData(Events, "source: account.id", "source: acount.id", "'acount' is not declared")]
    [InlineData(App, "param subnetId string", "param subnetId string\nparam left string = ''", "'left' is never used")]
    [InlineData(Storage, "var leftovers =", "var more = 1\nvar leftovers =", "'more' is never used")]
    [InlineData(App, "empty(subnetId) ? null", "isEmpty(subnetId) ? null", "'isEmpty' is no function")]
    [InlineData(Main, "param videoDelivery string = 'Sas'", "param videoDelivery string = 'Link'", "is not among the allowed values")]
    // Types: names, nesting, literals, required, read-only.
    [InlineData(Storage, "allowSharedKeyAccess: false", "allowSharedKeysAccess: false", "account.properties has no 'allowSharedKeysAccess'")]
    [InlineData(Storage, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: '1.2'", "account.properties.minimumTlsVersion is '1.2'")]
    [InlineData(Storage, "baseBlob: { tierToCool", "baseBlobs: { tierToCool", "has no 'baseBlobs'")]
    [InlineData(Durable, "    sku: { name: 'Consumption' }\n", "", "scheduler.properties.sku is required")]
    [InlineData(Vault, "tenantId: tenant().tenantId", "tenantId: tenant().tenantId\n    hsmPoolResourceId: ''", "hsmPoolResourceId is read-only")]
    [InlineData(Durable, "retentionPeriodInDays: historyRetentionDays", "retentionPeriodInDays: '${historyRetentionDays}'", "must be int")]
    [InlineData(App, "type: 'blobContainer'", "type: 'container'", "must be blobContainer")]
    [InlineData(Uploads, "endpointType: 'WebHook'", "endpointType: 'Webhook'", "it must be AzureFunction or")]
    [InlineData(Alerts, "metricNamespace: count.namespace", "metricsNamespace: count.namespace", "has no 'metricsNamespace'")]
    [InlineData(Events, "'Microsoft.EventGrid/topics@2025-02-15'", "'Microsoft.EventGrid/topics@2025-01-15'", "is not in the table of known types")]
    [InlineData(App, "site.properties.defaultHostName}'", "site.properties.hostName}'", "has no 'properties.hostName'")]
    [InlineData(Events, "topic.properties.endpoint", "topic.properties.endpointUrl", "has no 'properties.endpointUrl'")]
    [InlineData("infra/network.bicep", "groupIds: [service.group]", "groupId: service.group", "has no 'groupId'")]
    [InlineData("infra/identity.bicep", "  tags: tags\n", "", "'tags' is never used")]
    // Modules.
    [InlineData(Main, "workspaceId: monitoring.outputs.workspaceId", "workspace: monitoring.outputs.workspaceId", "has no parameter 'workspace'")]
    [InlineData(Main, "    uploadsClient: uploadsClient\n", "", "'app.bicep' needs 'uploadsClient'")]
    [InlineData(Main, "monitoring.outputs.insightsName", "monitoring.outputs.name", "'monitoring.bicep' has no output 'name'")]
    [InlineData(Main, "historyRetentionDays: historyRetentionDays", "historyRetentionDays: alertEmail", "is int, not string")]
    [InlineData(Main, "module events 'events.bicep'", "module events 'event.bicep'", "There is no 'event.bicep'")]
    [InlineData(Vault, "@secure()\n", "", "is given a secret and is not @secure()")]
    // Roles.
    [InlineData(Roles, "4633458b-17de-408a-b874-0445c86b69e6", "4633458b-17de-408a-b874-0445c86b69e7", "is not the id of the role 'keyVaultSecretsUser'")]
    [InlineData(Roles, "name: guid(topic.id, appPrincipalId, eventGridDataSender)", "name: guid(topic.id, eventGridDataSender)", "its name must be the guid")]
    [InlineData(Roles, "    principalType: 'User'\n", "", "it has no principalType")]
    [InlineData(Roles, "// Publishes what becomes of generations; may neither subscribe nor read.\n", "", "nothing above it says why")]
    // Addresses and secrets.
    [InlineData(Main, "  name: 'rg-${environmentName}'\n  location: location", "  name: 'rg-${environmentName}'\n  location: 'westeurope'", "The region 'westeurope' is written down")]
    [InlineData("infra/network.bicep", "'privatelink.blob.${environment().suffixes.storage}'", "'privatelink.blob.core.windows.net'", "The address of one cloud")]
    [InlineData(Uploads, "var extensionKey", "output key string = listKeys(app.id, '2024-11-01').masterKey\nvar extensionKey", "holds a secret")]
    [InlineData(Vault, "output name string", "output apiKey string = evolinkApiKey\noutput name string", "holds the secret 'evolinkApiKey'")]
    [InlineData(App, "Evolink__Events__TopicEndpoint: eventsEndpoint", "Evolink__Events__TopicEndpoint: '${eventsEndpoint}?code=${token}'", "holds a secret")]
    // Settings.
    [InlineData(App, "        Evolink__ApiKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/evolink-api-key)'\n", "", "'Evolink:ApiKey' is missing")]
    [InlineData(App, "secrets/evolink-api-key)", "secrets/evolink-key)", "which nobody makes")]
    [InlineData(App, "Evolink__PublicBaseUrl: baseUrl", "Evolink__PublicBaseUri: baseUrl", "nobody reads 'Evolink__PublicBaseUri'")]
    [InlineData(App, "Evolink__PublicBaseUrl: baseUrl", "Evolink__PublicBaseUrl: '${baseUrl}/api'", "scheme and host alone")]
    [InlineData(App, "Evolink__Callback__CurrentKey: first(callbackKeys)", "Evolink__Callback__CurrentKey: 'k9'", "Evolink:Callback:CurrentKey names 'k9'")]
    [InlineData(App, "Evolink__Uploads__Client: uploadsClient", "Evolink__Uploads__Client: uploadsClient\n        FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'", "nobody reads 'FUNCTIONS_WORKER_RUNTIME'")]
    [InlineData(App, "        AzureWebJobsStorage__clientId: identityClientId\n", "", "AzureWebJobsStorage does not name the identity")]
    [InlineData(App, "keyVaultReferenceIdentity: identityId", "keyVaultReferenceIdentity: 'SystemAssigned'", "keyVaultReferenceIdentity is not the identity")]
    [InlineData(App, "ClientID=${identityClientId};TaskHub=", "ClientId=${identityClientId};TaskHub=", "must be Endpoint=")]
    [InlineData(App, "var hubName = 'evolink'", "var hubName = 'videos'", "TaskHub=evolink")]
    [InlineData("host.json", "\"hubName\": \"evolink\"", "\"hubName\": \"other\"", "host.json has the hub 'other'")]
    [InlineData(App, "perInstanceConcurrency: 16", "perInstanceConcurrency: 8", "may take a quarter")]
    [InlineData(Main, "videoDelivery: privateNetwork ? 'Proxy' : videoDelivery", "videoDelivery: videoDelivery", "The storage account is closed, and clients are given links to it")]
    // Containers and queues.
    [InlineData(Storage, "'videos', 'generations'", "'video', 'generations'", "The container 'videos' is missing")]
    [InlineData(Storage, "'rejected', 'deadletter']", "'rejected', 'deadletter', 'more']", "Nobody uses the container 'more'")]
    [InlineData(Storage, "['generation-requests', 'generation-requests-poison']", "['generation-requests']", "The queue 'generation-requests-poison' is missing")]
    [InlineData(Storage, "['uploads/', 'rejected/'", "['upload/', 'rejected/'", "There is no container 'upload'")]
    [InlineData(Uploads, "blobContainerName: 'deadletter'", "blobContainerName: 'dead'", "are not kept")]
    // Telemetry.
    [InlineData("infra/telemetry.json", "\"nearExpiry\": 2303", "\"nearExpiry\": 2399", "no event of the code has the id 2399")]
    [InlineData("infra/telemetry.json", "evolink.copy.rate", "evolink.copy.speed", "no metric of the code is named 'evolink.copy.speed'")]
    [InlineData(Alerts, "tostring(customDimensions.State)", "tostring(customDimensions.Status)", "none of its events has a 'Status'")]
    // azd.
    [InlineData("infra/main.parameters.json", "${SOFT_DELETE_DAYS=7}", "${SOFT_DELETE_DAYS=14}", "The default of 'softDeleteDays'")]
    [InlineData("infra/main.parameters.json", "\"alertEmail\"", "\"alertMail\"", "has no parameter 'alertMail'")]
    [InlineData("infra/hooks/postdeploy.sh", "storageName=\"$AZURE_STORAGE_ACCOUNT\"", "storage=\"$AZURE_STORAGE_ACCOUNT\"", "uploads.bicep needs")]
    [InlineData("infra/hooks/postprovision.ps1", "$env:EVOLINK_GENERATED_SECRETS", "$env:GENERATED_SECRETS", "$GENERATED_SECRETS is neither")]
    [InlineData("azure.yaml", "run: infra/hooks/postprovision.sh ", "run: infra/hooks/provisioned.sh ", "There is no infra/hooks/provisioned.sh")]
    public async Task A_mistake_is_found(string path, string right, string wrong, string told)
    {
        IReadOnlyList<Problem> problems = await InfraCheck.RunAsync(InfraSources.OfClone.With(path, right, wrong), parser);
        Assert.Contains(problems, problem => problem.ToString().Contains(told, StringComparison.Ordinal));
    }
}
