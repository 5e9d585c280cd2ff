// A storage account, opened by identities alone. main.bicep makes two, so that what runs the app and what the app keeps share
// neither roles nor limits.
param name string
param location string
param tags object
param privateNetwork bool
param zoneRedundant bool
param softDeleteDays int
param containers array
param queues array

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      // Event Grid writes dead letters as a trusted service, with its identity, also when everybody else is kept out.
      bypass: 'AzureServices'
      defaultAction: privateNetwork ? 'Deny' : 'Allow'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // Records, markers and leases are overwritten or deleted all day long. With soft delete or versions each overwrite is kept and
      // paid, and listings step over what was deleted (docs/deploy.md has the sum). With keys off only an identity with a role on
      // its container can delete a blob, and that is the app's.
      deleteRetentionPolicy: { enabled: false }
      isVersioningEnabled: false
      // A container, with all that is in it, can be deleted through Resource Manager by whoever may manage the account.
      containerDeleteRetentionPolicy: {
        enabled: true
        days: softDeleteDays
      }
    }

    resource container 'containers' = [for container in containers: {
      name: container
      properties: { publicAccess: 'None' }
    }]
  }

  resource queueService 'queueServices' = {
    name: 'default'

    resource queue 'queues' = [for queue in queues: {
      name: queue
    }]
  }
}

output id string = account.id
output name string = account.name
// Addresses, not names: clouds other than the public one have suffixes of their own.
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
