using Infra.Tests.Checks;

namespace Infra.Tests;

/// <summary>Each mistake that the checks are there for, made once.</summary>
public sealed class MutationTests(BicepCompiler compiler)
{
    [Theory]
    // What the compiler finds, so that it is known to look.
    [InlineData("account.bicep", "allowSharedKeyAccess: false", "allowSharedKeysAccess: false", "\"allowSharedKeysAccess\" is not allowed")]
    [InlineData("app.bicep", "param subnetId string", "param subnetId string\nparam left string = ''",
        "\"left\" is declared but never used")]
    [InlineData("main.bicep", "  name: 'rg-${environmentName}'\n  location: location",
        "  name: 'rg-${environmentName}'\n  location: 'westeurope'", "no-hardcoded-location")]
    [InlineData("vault.bicep", "output name string", "output apiKey string = evolinkApiKey\noutput name string",
        "outputs-should-not-contain-secrets")]
    // Secrets and roles.
    [InlineData("vault.bicep", "@secure()\n", "", "vault.bicep is not @secure()")]
    [InlineData("roles.bicep", "4633458b-17de-408a-b874-0445c86b69e6", "4633458b-17de-408a-b874-0445c86b69e7",
        "Missing: ServicePrincipal identity.principalId 4633458b")]
    [InlineData("durable.bicep", "guid(scheduler::hub.id, appPrincipalId, durableTaskDataContributor)\n  scope: scheduler::hub",
        "guid(scheduler.id, appPrincipalId, durableTaskDataContributor)\n  scope: scheduler",
        "0ad04412-c4d5-4796-b79c-f76d14c8d402 schedulers/")]
    [InlineData("roles.bicep", "    principalType: 'User'\n", "", "Missing: User")]
    // Settings.
    [InlineData("app.bicep", "        Evolink__ApiKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/evolink-api-key)'\n", "",
        "'Evolink:ApiKey' is missing")]
    [InlineData("app.bicep", "secrets/evolink-api-key)", "secrets/evolink-key)", "a secret that nobody makes")]
    [InlineData("app.bicep", "Evolink__PublicBaseUrl: baseUrl", "Evolink__PublicBaseUri: baseUrl", "'PublicBaseUri'")]
    [InlineData("app.bicep", "Evolink__PublicBaseUrl: baseUrl", "Evolink__PublicBaseUrl: '${baseUrl}/api'", "scheme and host alone")]
    [InlineData("app.bicep", "Evolink__Callback__CurrentKey: first(callbackKeys)", "Evolink__Callback__CurrentKey: 'k9'",
        "Evolink:Callback:CurrentKey names 'k9'")]
    [InlineData("app.bicep", "Evolink__Events__TopicEndpoint: eventsEndpoint",
        "Evolink__Events__TopicEndpoint: '${eventsEndpoint}?code=${token}'", "holds a secret")]
    [InlineData("app.bicep", "Evolink__Uploads__Client: uploadsClient",
        "Evolink__Uploads__Client: uploadsClient\n        FUNCTIONS_WORKER_RUNTIME: 'dotnet-isolated'",
        "Nobody reads FUNCTIONS_WORKER_RUNTIME")]
    [InlineData("app.bicep", "        AzureWebJobsStorage__clientId: identityClientId\n", "", "Missing: AzureWebJobsStorage__clientId")]
    [InlineData("app.bicep", "keyVaultReferenceIdentity: identityId", "keyVaultReferenceIdentity: 'SystemAssigned'",
        "keyVaultReferenceIdentity is not")]
    [InlineData("app.bicep", "ClientID=${identityClientId};", "ClientId=${identityClientId};", "Missing: DURABLE_TASK_SCHEDULER")]
    [InlineData("app.bicep", "var hubName = 'evolink'", "var hubName = 'videos'", "Missing: DURABLE_TASK_SCHEDULER")]
    [InlineData("app.bicep", "__storageProvider__type: 'azureManaged'", "__storageProvider__type: 'azureStorage'",
        "storageProvider__type=azureManaged")]
    [InlineData("host.json", "\"hubName\": \"evolink\"", "\"hubName\": \"other\"", "host.json has the hub 'other'")]
    [InlineData("app.bicep", "perInstanceConcurrency: 16", "perInstanceConcurrency: 8", "may take a quarter")]
    [InlineData("main.bicep", "videoDelivery: privateNetwork ? 'Proxy' : videoDelivery", "videoDelivery: videoDelivery",
        "The storage account is closed, and clients are given links to it")]
    // Containers and queues.
    [InlineData("main.bicep", "'videos', 'generations'", "'video', 'generations'", "The container 'videos' is missing")]
    [InlineData("main.bicep", "'rejected']", "'rejected', 'more']", "Nobody uses the container 'more'")]
    [InlineData("main.bicep", "'generation-requests', 'generation-requests-poison', ", "'generation-requests', ",
        "The queue 'generation-requests-poison' is missing")]
    [InlineData("lifecycle.bicep", "['uploads/', 'rejected/'", "['upload/', 'rejected/'", "There is no container 'upload'")]
    // Two storage accounts, and on each no more than is needed.
    [InlineData("main.bicep", "hostBlobEndpoint: hostStorage.outputs.blobEndpoint", "hostBlobEndpoint: storage.outputs.blobEndpoint",
        "The app's package lies in the account of its data")]
    [InlineData("main.bicep", "containers: ['deployments']", "containers: ['deployments', 'videos']", "and not the package alone")]
    [InlineData("main.bicep", "    blobEndpoint: storage.outputs.blobEndpoint", "    blobEndpoint: hostStorage.outputs.blobEndpoint",
        "Evolink__Storage__ServiceUri is not the account of the data")]
    [InlineData("roles.bicep", "  scope: account::blobs::ofApp[i]\n", "  scope: account\n",
        "Not needed: ServicePrincipal identity.principalId ba92f5b4-2d11-453d-a403-e96b0029c9fe storageAccounts/storage.name")]
    [InlineData("roles.bicep", "  scope: hostAccount\n", "  scope: account\n",
        "Not needed: ServicePrincipal identity.principalId b7e6dc6d-f1e8-4753-8033-0f276bb0955b storageAccounts/storage.name")]
    [InlineData("roles.bicep", "[storageBlobDataOwner, storageQueueDataContributor, storageTableDataContributor]",
        "[storageBlobDataOwner, storageTableDataContributor]", "Missing: ServicePrincipal identity.principalId 974c5e8b")]
    // Settings that stay, and videos too.
    [InlineData("app.bicep", "toObject(items(extraSettings), ",
        "toObject(filter(items(extraSettings), extra => startsWith(extra.key, 'AZURE')), ",
        "EXTRA_SETTINGS has Evolink__")]
    [InlineData("app.bicep", "setting => string(setting.value)", "setting => toUpper(string(setting.value))",
        "the next deployment would not keep it")]
    [InlineData("main.bicep", "param recordRetentionDays int = 0", "param recordRetentionDays int = 90",
        "'recordRetentionDays' deletes videos by default")]
    [InlineData("main.bicep", "param videoExpireAfterDays int = 0", "param videoExpireAfterDays int = 365",
        "'videoExpireAfterDays' deletes videos by default")]
    [InlineData("lifecycle.bicep", "recordRetentionDays == 0 ? []", "recordRetentionDays < 0 ? []",
        "'generations/requests/' goes after 180 days, and the job after none")]
    [InlineData("lifecycle.bicep", "recordRetentionDays + 30)", "recordRetentionDays - 30)",
        "'generations/batches/' goes after 180 days, and the job after 200")]
    [InlineData("lifecycle.bicep", "'generations/held/'", "'generations/records/'", "The app needs what lies in 'generations/records/'")]
    // Addresses of every cloud.
    [InlineData("app.bicep", "AzureWebJobsStorage__blobServiceUri: hostBlobEndpoint", "AzureWebJobsStorage__accountName: 'sthost${token}'",
        "Missing: AzureWebJobsStorage__blobServiceUri")]
    [InlineData("app.bicep", "EvolinkStorage__queueServiceUri: queueEndpoint", "EvolinkStorage__queueUri: queueEndpoint",
        "Missing: EvolinkStorage__queueServiceUri")]
    [InlineData("account.bicep", "output blobEndpoint string = account.properties.primaryEndpoints.blob",
        "output blobEndpoint string = 'https://${name}.blob.core.windows.net/'", "no-hardcoded-env-urls")]
    // Nothing keeps each state of what is overwritten all day long.
    [InlineData("account.bicep", "deleteRetentionPolicy: { enabled: false }",
        "deleteRetentionPolicy: {\n        enabled: true\n        days: 7\n      }",
        "keeps each state of records")]
    [InlineData("account.bicep", "isVersioningEnabled: false", "isVersioningEnabled: true", "keeps each state of records")]
    [InlineData("account.bicep", "containerDeleteRetentionPolicy: {\n        enabled: true",
        "containerDeleteRetentionPolicy: {\n        enabled: false",
        "cannot be restored")]
    [InlineData("uploads.bicep", "functionName string = 'ImageUploaded'", "functionName string = 'ImageUpload'",
        "The blob trigger 'ImageUploaded' is not called")]
    [InlineData("uploads.bicep", "blobContainerName: 'deadletter'", "blobContainerName: 'dead'", "are not kept")]
    // Telemetry.
    [InlineData("telemetry.json", "\"nearExpiry\": 2303", "\"nearExpiry\": 2399", "no event of the code has the id 2399")]
    [InlineData("telemetry.json", "evolink.copy.rate", "evolink.copy.speed", "no metric of the code is named 'evolink.copy.speed'")]
    [InlineData("alerts.bicep", "tostring(customDimensions.State)", "tostring(customDimensions.Status)",
        "none of its events has a 'Status'")]
    // Alerts.
    [InlineData("telemetry.json", "\"removeOldFinished\": 2611", "\"removeOldFinished\": 2612",
        "No alert tells that the timer RemoveOld does not finish")]
    [InlineData("alerts.bicep", "${events.readCreditsFinished}), Unread", "${events.sweepFinished}), Unread",
        "No alert tells that the timer ReadCredits does not finish")]
    [InlineData("alerts.bicep", "| where Finished == 0'", "| where Finished > 0'", "No alert tells that the timer Sweep does not finish")]
    [InlineData("telemetry.json", "\"evolink.credits.left\"", "\"evolink.credits.used\"", "No alert tells that credits run out")]
    [InlineData("telemetry.json", "\"jobWoken\": 2306", "\"jobWoken\": 2301", "No alert tells that a job does not move")]
    [InlineData("telemetry.json", "\"evolink.webhook.deliveries\"", "\"evolink.saves\"", "No alert tells that webhooks fail")]
    [InlineData("alerts.bicep", "(\"result_expired\", \"result_unusable\")", "(\"result_expired\")",
        "No alert tells that a video was paid for")]
    [InlineData("alerts.bicep", "'traces | where toint(customDimensions.EventId) == ${events.functionFailed} |",
        "'requests | where toint(resultCode) >= 500 |",
        "bodies that the host refused, raise the alert")]
    [InlineData("alerts.bicep", "actions: { actionGroups: [people.id] }", "actions: { actionGroups: [] }", "tells nobody")]
    // azd.
    [InlineData("preprovision.sh", "az provider show --namespace Microsoft.App ", "az provider show --namespace Microsoft.Web ",
        "preprovision.sh: whether Microsoft.App is registered")]
    [InlineData("preprovision.ps1", "az provider show --namespace Microsoft.App ", "az provider show --namespace Microsoft.Web ",
        "preprovision.ps1: whether Microsoft.App is registered")]
    [InlineData("main.parameters.json", "${SOFT_DELETE_DAYS=7}", "${SOFT_DELETE_DAYS=14}", "The default of 'softDeleteDays'")]
    [InlineData("main.parameters.json", "\"alertEmail\"", "\"alertMail\"", "has no parameter 'alertMail'")]
    [InlineData("postdeploy.sh", "storageName=\"$AZURE_STORAGE_ACCOUNT\"", "storage=\"$AZURE_STORAGE_ACCOUNT\"", "uploads.bicep needs")]
    [InlineData("postprovision.ps1", "$env:EVOLINK_GENERATED_SECRETS", "$env:GENERATED_SECRETS", "$GENERATED_SECRETS is neither")]
    [InlineData("azure.yaml", "run: infra/hooks/postprovision.sh ", "run: infra/hooks/provisioned.sh ",
        "There is no infra/hooks/provisioned.sh")]
    public async Task A_mistake_is_found(string file, string right, string wrong, string told)
    {
        Infrastructure mistaken = await Infrastructure.CompileAsync(CloneWith(file, right, wrong), compiler);
        Assert.Contains(await InfraCheck.RunAsync(mistaken, compiler), problem => problem.Contains(told, StringComparison.Ordinal));
    }

    private string CloneWith(string file, string right, string wrong)
    {
        string root = compiler.NewFolder();
        string[] files = Directory.GetFiles(Path.Combine(Clone.Root, "infra"), "*", SearchOption.AllDirectories);
        foreach (string path in files.Select(path => Path.GetRelativePath(Clone.Root, path)).Concat(["azure.yaml", "host.json"]))
        {
            string text = File.ReadAllText(Path.Combine(Clone.Root, path)).ReplaceLineEndings("\n");
            if (Path.GetFileName(path) == file)
            {
                Assert.Equal(2, text.Split(right).Length); // what is to be changed stands exactly once in its file
                text = text.Replace(right, wrong);
            }

            Directory.CreateDirectory(Path.Combine(root, Path.GetDirectoryName(path)!));
            File.WriteAllText(Path.Combine(root, path), text);
        }

        return root;
    }
}
