using Evolink.Pipeline.Storage;

namespace Infra.Tests.Checks;

/// <summary>Who has which role on what: these and no others.</summary>
internal static class RoleCheck
{
    private const string App = "ServicePrincipal identity.principalId";

    private static readonly string[] Always =
    [
        $"{App} b7e6dc6d-f1e8-4753-8033-0f276bb0955b storageAccounts/hostStorage.name", // Storage Blob Data Owner
        $"{App} 974c5e8b-45b9-4653-ba55-5f855dd0fb88 storageAccounts/hostStorage.name", // Storage Queue Data Contributor
        $"{App} 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3 storageAccounts/hostStorage.name", // Storage Table Data Contributor
        // Storage Blob Data Contributor
        .. EvolinkStorage.Containers.Select(container => $"{App} ba92f5b4-2d11-453d-a403-e96b0029c9fe containers/{container}"),
        $"{App} db58b8e5-c6ad-4a2a-8342-4190687cbf4a storageAccounts/storage.name", // Storage Blob Delegator
        // Storage Queue Data Contributor
        .. StorageCheck.Queues.Select(queue => $"{App} 974c5e8b-45b9-4653-ba55-5f855dd0fb88 queues/{queue}"),
        $"{App} 3913510d-42f4-4e42-8a64-420c390055eb components/monitoring.insightsName", // Monitoring Metrics Publisher
        $"{App} 4633458b-17de-408a-b874-0445c86b69e6 vaults/vault.name", // Key Vault Secrets User
        $"{App} d5a91429-5739-47e2-a06b-3470a27159e7 topics/events.topicName", // EventGrid Data Sender
        // Storage Blob Data Contributor
        "ServicePrincipal events.systemTopicPrincipalId ba92f5b4-2d11-453d-a403-e96b0029c9fe containers/deadletter",
    ];

    private const string OnScheduler = $"{App} 0ad04412-c4d5-4796-b79c-f76d14c8d402 taskHubs/evolink"; // Durable Task Data Contributor

    // Key Vault Secrets User, for a person who deploys: he hands keys to clients, and a pipeline does not.
    private const string OfPerson = "User 11111111-0000-0000-0000-000000000009 4633458b-17de-408a-b874-0445c86b69e6 vaults/vault.name";

    public static IEnumerable<string> Run(Deployment deployment)
    {
        string[] expected = deployment.Scenario.Name == Scenario.WithScheduler ? [.. Always, OnScheduler, OfPerson] : Always;
        string[] assigned = [.. deployment.OfType("Microsoft.Authorization/roleAssignments").Select(Role)];
        IEnumerable<string> missing = expected.Except(assigned).Select(role => $"Missing: {role}");
        return [.. missing, .. assigned.Except(expected).Select(role => $"Not needed: {role}")];
    }

    private static string Role(JsonNode assignment)
    {
        JsonNode properties = assignment["properties"]!;
        string role = ((string)properties["roleDefinitionId"]!).Split('/')[^1];
        string[] scope = ((string)assignment["id"]!).Split("/providers/Microsoft.Authorization/")[0].Split('/');
        return $"{properties["principalType"]} {properties["principalId"]} {role} {scope[^2]}/{scope[^1]}";
    }
}
