using Infra.Tests.Bicep;

namespace Infra.Tests.Evaluation;

/// <summary>A resource as an expression sees it.</summary>
internal sealed class ResourceValue(BicepFile file, Declaration declaration, string type, string version, string name, string parentNames)
{
    public BicepFile File => file;

    public Declaration Declaration => declaration;

    public string Type => type;

    public string VersionedType => $"{type}@{version}";

    public string Version => version;

    public string Name => name;

    /// <summary>The names of the resources it lies in, and its own.</summary>
    public string Names => parentNames.Length == 0 ? name : $"{parentNames}/{name}";

    public string Id
    {
        get
        {
            string[] types = type.Split('/');
            string path = string.Concat(types.Skip(1).Zip(Names.Split('/'), (segment, named) => $"/{segment}/{named}"));
            return type == "Microsoft.Resources/resourceGroups" ? $"{Functions.Subscription}/resourceGroups/{name}" : $"{Functions.Group}/providers/{types[0]}{path}";
        }
    }

    /// <summary>Everything that the file sets, evaluated; empty for a resource that exists already.</summary>
    public Dictionary<string, object?> Properties { get; init; } = [];

    /// <summary>What the resource applies to, for role assignments and settings of diagnosis.</summary>
    public ResourceValue? Scope { get; init; }

    /// <summary>What stands at a path: as the file sets it, or as Azure would fill it in.</summary>
    public object? At(IReadOnlyList<string> path)
    {
        if (path is ["id"])
            return Id;
        if (path is ["name"])
            return Name;
        object? at = Properties;
        foreach (string step in path)
        {
            if (at is not Dictionary<string, object?> inner || !inner.TryGetValue(step, out at))
                return FilledIn(string.Join('.', path));
        }

        return at;
    }

    private string FilledIn(string path) => (type, path) switch
    {
        ("Microsoft.Web/sites", "properties.defaultHostName") => $"{name}.azurewebsites.net",
        ("Microsoft.Storage/storageAccounts", "properties.primaryEndpoints.blob") => $"https://{name}.blob.core.windows.net/",
        ("Microsoft.ManagedIdentity/userAssignedIdentities", "properties.clientId") => "11111111-0000-0000-0000-000000000001",
        ("Microsoft.ManagedIdentity/userAssignedIdentities", "properties.principalId") => "11111111-0000-0000-0000-000000000002",
        ("Microsoft.EventGrid/systemTopics", "identity.principalId") => "11111111-0000-0000-0000-000000000003",
        ("Microsoft.KeyVault/vaults", "properties.vaultUri") => $"https://{name}.vault.azure.net/",
        ("Microsoft.DurableTask/schedulers", "properties.endpoint") => $"https://{name}.westeurope.durabletask.io",
        ("Microsoft.EventGrid/topics", "properties.endpoint") => $"https://{name}.westeurope-1.eventgrid.azure.net/api/events",
        ("Microsoft.Insights/components", "properties.ConnectionString") => "IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/",
        _ => $"<{type}:{path}>",
    };
}
