using Infra.Tests.Checks;

namespace Infra.Tests;

public sealed class InfraTests(BicepCompiler compiler)
{
    [Fact]
    public async Task The_compiler_and_its_linter_have_nothing_to_say_about_any_file()
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Clone.Root, "infra"), "*.bicep"))
            Assert.Empty((await compiler.CompileAsync(file)).Diagnostics);
    }

    [Fact]
    public async Task The_infrastructure_has_no_fault_that_can_be_found_without_Azure() =>
        Assert.Empty(await InfraCheck.RunAsync(await compiler.OfCloneAsync(), compiler));

    [Fact]
    public async Task No_resource_takes_keys_or_old_protocols_or_has_public_blobs() => Assert.All(await DeploymentsAsync(), deployment =>
    {
        Assert.Equal(2, deployment.Accounts.Count);
        Assert.All(deployment.Accounts.Select(account => account["properties"]!), account =>
        {
            Assert.False((bool)account["allowSharedKeyAccess"]!);
            Assert.False((bool)account["allowBlobPublicAccess"]!);
            Assert.False((bool)account["isLocalUserEnabled"]!);
            Assert.Equal("TLS1_2", (string?)account["minimumTlsVersion"]);
        });
        Assert.All(deployment.OfType("Microsoft.Storage/storageAccounts/blobServices/containers"),
            container => Assert.Equal("None", (string?)container.At("properties/publicAccess")));
        Assert.True((bool)deployment.Only("Microsoft.EventGrid/topics")["disableLocalAuth"]!);
        Assert.True((bool)deployment.Only("Microsoft.Insights/components")["DisableLocalAuth"]!);
        Assert.True((bool)deployment.Only("Microsoft.KeyVault/vaults")["enableRbacAuthorization"]!);
        Assert.True((bool)deployment.Only("Microsoft.KeyVault/vaults")["enablePurgeProtection"]!);
        Assert.All(deployment.OfType("Microsoft.Web/sites/basicPublishingCredentialsPolicies"),
            policy => Assert.False((bool)policy.At("properties/allow")!));
    });

    [Fact]
    public async Task Everything_that_has_a_place_has_the_tag_by_which_azd_finds_it() => Assert.All(await DeploymentsAsync(), deployment =>
        Assert.All(
            deployment.Resources.Where(resource => resource["location"] is not null && ((string)resource["type"]!).Split('/').Length == 2),
            resource => Assert.NotNull(resource.At("tags/azd-env-name"))));

    [Fact]
    public async Task A_private_network_closes_storage_and_vault_and_gives_each_a_private_endpoint()
    {
        Deployment closed = Assert.Single(await DeploymentsAsync(), with => with.OfType("Microsoft.Network/virtualNetworks").Any());
        Assert.All(closed.Accounts, account => Assert.Equal("Deny", (string?)account.At("properties/networkAcls/defaultAction")));
        Assert.Equal("Deny", (string?)closed.Only("Microsoft.KeyVault/vaults").At("networkAcls/defaultAction"));
        string[] reached = [.. closed.OfType("Microsoft.Network/privateEndpoints").Select(Reached)];
        Assert.Equal(
            ["hostStorage.id blob", "hostStorage.id queue", "hostStorage.id table", "storage.id blob", "storage.id queue"],
            reached.Where(target => target.Contains("torage", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(6, reached.Length);
        Assert.Equal(4, closed.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count());
    }

    [Fact]
    public async Task Telemetry_has_a_daily_cap_and_a_budget_keeps_the_month_that_it_began_in()
    {
        IReadOnlyList<Deployment> deployments = await DeploymentsAsync();
        Assert.Equal(
            [1, 5, 1, 1],
            deployments.Select(with => (int?)with.Only("Microsoft.OperationalInsights/workspaces").At("workspaceCapping/dailyQuotaGb")));
        Deployment budgeted = Assert.Single(deployments, with => with.OfType("Microsoft.Consumption/budgets").Any());
        JsonNode budget = budgeted.Only("Microsoft.Consumption/budgets");
        Assert.Equal("2026-11-01", (string?)budget.At("timePeriod/startDate"));
        Assert.Equal(200, (int?)budget["amount"]);
        Assert.All(
            budget["notifications"]!.AsObject(),
            told => Assert.Equal("alerts.peopleId", (string?)told.Value!.At("contactGroups")![0]));
    }

    private static string Reached(JsonNode endpoint)
    {
        JsonNode connection = endpoint.At("properties/privateLinkServiceConnections")![0]!["properties"]!;
        return $"{connection["privateLinkServiceId"]} {connection["groupIds"]![0]}";
    }

    private async Task<IReadOnlyList<Deployment>> DeploymentsAsync()
    {
        Infrastructure infrastructure = await compiler.OfCloneAsync();
        List<Deployment> deployments = [];
        foreach (Scenario scenario in Scenario.All)
            deployments.Add(await infrastructure.DeployAsync(scenario, compiler));
        return deployments;
    }
}
