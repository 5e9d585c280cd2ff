namespace Infra.Tests;

/// <summary>What somebody may deploy with, as lines of a .bicepparam file. Between them the scenarios take every branch.</summary>
internal sealed record Scenario(string Name, string Options)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("public, scheduler", "param durableBackend = 'scheduler'\nparam principalId = '11111111-0000-0000-0000-000000000009'"),
        new("private, storage, every option", """
            param principalId = '11111111-0000-0000-0000-000000000009'
            param principalType = 'ServicePrincipal'
            param evolinkApiKey = 'an-api-key'
            param clientKeys = 'shop:0,shop:1, back_office:0'
            param callbackKeyIds = 'k2,k1'
            param webhookKeys = 'shop:0,shop:1'
            param uploadsClient = 'back_office'
            param publicBaseUrl = 'https://videos.example.com'
            param imageDelivery = 'Files'
            param resultHosts = 'media.evolink.ai, *.example.net'
            param durableBackend = 'storage'
            param privateNetwork = true
            param zoneRedundant = true
            param alwaysReadyInstances = 2
            param maximumInstances = 100
            param videoCoolAfterDays = 0
            param videoExpireAfterDays = 90
            param alertEmail = 'operators@example.com'
            param recoverVault = true
            """),
        new("proxied by choice", "param videoDelivery = 'Proxy'\nparam operatorKeys = ''\nparam webhookKeys = ''"),
    ];

    public string Parameters => $"param environmentName = 'demo'\nparam location = 'westeurope'\n{Options}";
}
