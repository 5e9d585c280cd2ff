using Infra.Tests.Checks;

namespace Infra.Tests;

/// <summary>Each mistake that the checks are there for, made once.</summary>
public sealed class MutationTests(BicepCompiler compiler)
{
    [Theory]
    // What the compiler finds, so that it is known to look.
    [InlineData("storage.bicep", "allowSharedKeyAccess: false", "allowSharedKeysAccess: false", "\"allowSharedKeysAccess\" is not allowed")]
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
    [InlineData("storage.bicep", "'videos', 'generations'", "'video', 'generations'", "The container 'videos' is missing")]
    [InlineData("storage.bicep", "'rejected', 'deadletter']", "'rejected', 'deadletter', 'more']", "Nobody uses the container 'more'")]
    [InlineData("storage.bicep", "['generation-requests', 'generation-requests-poison']", "['generation-requests']",
        "The queue 'generation-requests-poison' is missing")]
    [InlineData("storage.bicep", "['uploads/', 'rejected/'", "['upload/', 'rejected/'", "There is no container 'upload'")]
    [InlineData("uploads.bicep", "functionName string = 'ImageUploaded'", "functionName string = 'ImageUpload'",
        "The blob trigger 'ImageUploaded' is not called")]
    [InlineData("uploads.bicep", "blobContainerName: 'deadletter'", "blobContainerName: 'dead'", "are not kept")]
    // Telemetry.
    [InlineData("telemetry.json", "\"nearExpiry\": 2303", "\"nearExpiry\": 2399", "no event of the code has the id 2399")]
    [InlineData("telemetry.json", "evolink.copy.rate", "evolink.copy.speed", "no metric of the code is named 'evolink.copy.speed'")]
    [InlineData("alerts.bicep", "tostring(customDimensions.State)", "tostring(customDimensions.Status)",
        "none of its events has a 'Status'")]
    // azd.
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
