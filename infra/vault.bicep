// The secrets that cannot be replaced by an identity: Evolink's own key, and the keys that callers and Evolink's callbacks bring.
param name string
param location string
param tags object
param privateNetwork bool
param recover bool
param workspaceId string

@secure()
param evolinkApiKey string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    createMode: recover ? 'recover' : 'default'
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Links signed with a purged key would be dead for ever.
    enablePurgeProtection: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }

  // The other secrets are made once by the postprovision hook, and never pass through a parameter.
  resource apiKey 'secrets' = if (!empty(evolinkApiKey)) {
    name: 'evolink-api-key'
    properties: {
      value: evolinkApiKey
      contentType: 'Evolink API key'
    }
  }
}

// Who read which secret, when.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
