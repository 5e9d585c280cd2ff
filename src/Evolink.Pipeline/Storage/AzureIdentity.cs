using Azure.Core;
using Azure.Identity;
using Evolink.Pipeline.Options;

namespace Evolink.Pipeline.Storage;

/// <summary>The identity with which this app opens what it uses in Azure.</summary>
internal static class AzureIdentity
{
    /// <summary>The managed identity, named, never guessed; without one it is a developer's machine.</summary>
    public static TokenCredential Of(StorageOptions storage) => storage.ClientId is { Length: > 0 } clientId
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : new DefaultAzureCredential();
}
