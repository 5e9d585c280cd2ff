using Infra.Tests.Bicep;
using Infra.Tests.Checks;
using Infra.Tests.Evaluation;

[assembly: AssemblyFixture(typeof(BicepParser))]

namespace Infra.Tests;

public sealed class InfraTests(BicepParser parser)
{
    [Fact]
    public async Task The_infrastructure_has_no_fault_that_can_be_found_without_Azure() =>
        Assert.Empty(await InfraCheck.RunAsync(InfraSources.OfClone, parser));

    [Fact]
    public async Task The_app_has_these_roles_and_no_others()
    {
        foreach (Outcome outcome in await InfraCheck.OutcomesAsync(InfraSources.OfClone, parser))
        {
            List<string> expected =
            [
                "app: eventGridDataSender on topics",
                "app: keyVaultSecretsUser on vaults",
                "app: monitoringMetricsPublisher on components",
                "app: storageBlobDataOwner on storageAccounts",
                "app: storageQueueDataContributor on storageAccounts",
                "app: storageTableDataContributor on storageAccounts",
                "Event Grid: storageBlobDataContributor on containers",
            ];
            if (outcome.OfType("Microsoft.DurableTask/schedulers").Any())
                expected.Add("app: durableTaskDataContributor on taskHubs");
            if (outcome.Scenario.Parameters.ContainsKey("principalId") && !outcome.Scenario.Parameters.ContainsKey("principalType"))
                expected.Add("deployer: keyVaultSecretsUser on vaults");
            Assert.Equal(expected.Order(StringComparer.Ordinal), outcome.OfType("Microsoft.Authorization/roleAssignments").Select(Told).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task No_resource_takes_keys_or_lets_blobs_be_public()
    {
        foreach (Outcome outcome in await InfraCheck.OutcomesAsync(InfraSources.OfClone, parser))
        {
            ResourceValue account = outcome.OfType("Microsoft.Storage/storageAccounts").Single();
            Assert.Equal(false, account.At(["properties", "allowSharedKeyAccess"]));
            Assert.Equal(false, account.At(["properties", "allowBlobPublicAccess"]));
            Assert.Equal(false, account.At(["properties", "isLocalUserEnabled"]));
            Assert.All(outcome.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"), container => Assert.Equal("None", container.At(["properties", "publicAccess"])));
            Assert.Equal(true, outcome.OfType("Microsoft.EventGrid/topics").Single().At(["properties", "disableLocalAuth"]));
            Assert.Equal(true, outcome.OfType("Microsoft.Insights/components").Single().At(["properties", "DisableLocalAuth"]));
            ResourceValue vault = outcome.OfType("Microsoft.KeyVault/vaults").Single();
            Assert.Equal(true, vault.At(["properties", "enableRbacAuthorization"]));
            Assert.Equal(true, vault.At(["properties", "enablePurgeProtection"]));
            Assert.All(outcome.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies"), policy => Assert.Equal(false, policy.At(["properties", "allow"])));
        }
    }

    [Fact]
    public async Task A_private_network_closes_storage_and_vault_and_gives_each_a_private_endpoint()
    {
        IReadOnlyList<Outcome> outcomes = await InfraCheck.OutcomesAsync(InfraSources.OfClone, parser);
        Outcome closed = Assert.Single(outcomes, outcome => outcome.OfType("Microsoft.Network/virtualNetworks").Any());
        Assert.Equal("Deny", closed.OfType("Microsoft.Storage/storageAccounts").Single().At(["properties", "networkAcls", "defaultAction"]));
        Assert.Equal("Deny", closed.OfType("Microsoft.KeyVault/vaults").Single().At(["properties", "networkAcls", "defaultAction"]));
        Assert.Equal(
            ["privatelink.blob.core.windows.net", "privatelink.queue.core.windows.net", "privatelink.table.core.windows.net", "privatelink.vaultcore.azure.net"],
            closed.OfType("Microsoft.Network/privateDnsZones").Select(zone => zone.Name));
        Assert.Equal(4, closed.OfType("Microsoft.Network/privateEndpoints").Count());
    }

    private static string Told(ResourceValue assignment)
    {
        string who = (string)assignment.At(["properties", "principalId"])! switch
        {
            "11111111-0000-0000-0000-000000000002" => "app",
            "11111111-0000-0000-0000-000000000003" => "Event Grid",
            _ => "deployer",
        };
        return $"{who}: {RoleCheck.NameOf(RoleCheck.RoleId(assignment))} on {assignment.Scope!.Type.Split('/')[^1]}";
    }
}
