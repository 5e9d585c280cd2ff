using Infra.Tests.Evaluation;

namespace Infra.Tests.Checks;

/// <summary>Parameters that somebody may deploy with. Between them the scenarios take every branch.</summary>
internal sealed record Scenario(string Name, IReadOnlyDictionary<string, object?> Parameters)
{
    public const string Location = "westeurope";

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("public, scheduler", new Dictionary<string, object?>
        {
            ["environmentName"] = "demo",
            ["location"] = Location,
            ["principalId"] = "11111111-0000-0000-0000-000000000009",
        }),
        new("private, storage, every option", new Dictionary<string, object?>
        {
            ["environmentName"] = "prod",
            ["location"] = Location,
            ["principalId"] = "11111111-0000-0000-0000-000000000008",
            ["principalType"] = "ServicePrincipal",
            ["evolinkApiKey"] = "an-api-key",
            ["clientKeys"] = "shop:0,shop:1, back_office:0",
            ["callbackKeyIds"] = "k2,k1",
            ["webhookSecrets"] = "shop:0,shop:1",
            ["uploadsClient"] = "back_office",
            ["publicBaseUrl"] = "https://videos.example.com",
            ["imageDelivery"] = "Files",
            ["resultHosts"] = "media.evolink.ai, *.example.net",
            ["durableBackend"] = "storage",
            ["privateNetwork"] = true,
            ["zoneRedundant"] = true,
            ["alwaysReadyInstances"] = 2L,
            ["maximumInstances"] = 100L,
            ["videoCoolAfterDays"] = 0L,
            ["videoExpireAfterDays"] = 90L,
            ["alertEmail"] = "operators@example.com",
            ["recoverVault"] = true,
        }),
        new("proxied by choice", new Dictionary<string, object?>
        {
            ["environmentName"] = "small",
            ["location"] = Location,
            ["videoDelivery"] = "Proxy",
            ["operatorKeys"] = "",
            ["webhookSecrets"] = "",
        }),
    ];
}

/// <summary>What a scenario comes to.</summary>
internal sealed record Outcome(Scenario Scenario, Deployment Deployment)
{
    public IEnumerable<ResourceValue> OfType(string type) => Deployment.OfType(type);
}
