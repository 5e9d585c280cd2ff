// The storage account: the app's records, images and videos, its package, and what the Functions host keeps for itself.
param name string
param location string
param tags object
param privateNetwork bool
param zoneRedundant bool
param softDeleteDays int
param videoCoolAfterDays int
param videoExpireAfterDays int
param leftoverExpireAfterDays int
param jobLeftoverExpireAfterDays int

var containers = ['deployments', 'uploads', 'images', 'videos', 'generations', 'rejected', 'deadletter']
var queues = ['generation-requests', 'generation-requests-poison']

// What is of no use once it has been looked at. Not images: one that is handed in again is not written again, and must not vanish under its new job.
// Blocks that were staged and never committed need no rule: the service drops them after a week.
var leftovers = ['uploads/', 'rejected/', 'deadletter/']

// What belongs to jobs and lists that are gone, or never came to be: prompts, and hints. The app removes them with their records; this is for what a
// crash left between the two. Not records, claims, indexes and markers, by which the app finds what it still has to do.
var jobLeftovers = ['generations/requests/', 'generations/batches/', 'generations/held/', 'generations/limits/minutes/']

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
      deleteRetentionPolicy: {
        enabled: true
        days: softDeleteDays
      }
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

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: concat(
          [
            {
              name: 'leftovers'
              type: 'Lifecycle'
              enabled: true
              definition: {
                filters: {
                  blobTypes: ['blockBlob']
                  prefixMatch: leftovers
                }
                actions: {
                  baseBlob: { delete: { daysAfterModificationGreaterThan: leftoverExpireAfterDays } }
                }
              }
            }
          ],
          jobLeftoverExpireAfterDays == 0 ? [] : [
            {
              name: 'job-leftovers'
              type: 'Lifecycle'
              enabled: true
              definition: {
                filters: {
                  blobTypes: ['blockBlob']
                  prefixMatch: jobLeftovers
                }
                actions: {
                  baseBlob: { delete: { daysAfterModificationGreaterThan: jobLeftoverExpireAfterDays } }
                }
              }
            }
          ],
          videoCoolAfterDays == 0 ? [] : [
            {
              name: 'cool-videos'
              type: 'Lifecycle'
              enabled: true
              definition: {
                filters: {
                  blobTypes: ['blockBlob']
                  prefixMatch: ['videos/']
                }
                actions: {
                  baseBlob: { tierToCool: { daysAfterModificationGreaterThan: videoCoolAfterDays } }
                }
              }
            }
          ],
          videoExpireAfterDays == 0 ? [] : [
            {
              name: 'expire-videos'
              type: 'Lifecycle'
              enabled: true
              definition: {
                filters: {
                  blobTypes: ['blockBlob']
                  prefixMatch: ['videos/']
                }
                actions: {
                  baseBlob: { delete: { daysAfterModificationGreaterThan: videoExpireAfterDays } }
                }
              }
            }
          ]
        )
      }
    }
    dependsOn: [blobs]
  }
}

output id string = account.id
output name string = account.name
