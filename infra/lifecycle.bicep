// What the storage account of the data removes, or moves to a cheaper tier, by age.
param storageName string
param recordRetentionDays int
param videoCoolAfterDays int
param videoExpireAfterDays int
param leftoverExpireAfterDays int
param jobLeftoverExpireAfterDays int

// What is of no use once it has been looked at. Not images: one that is handed in again is not written again, and must not vanish
// under its new job. Blocks that were staged and never committed need no rule: the service drops them after a week.
var leftovers = ['uploads/', 'rejected/', 'deadletter/']

// Hints of jobs that are gone, or never came to be: the app removes them, and this is for what a crash left. Not records, claims,
// indexes and markers, by which the app finds what it still has to do.
var hints = ['generations/held/', 'generations/limits/minutes/']

// Prompts, which belong to their jobs and batches: they may go by age only where those go by age, and later.
var requests = recordRetentionDays == 0 ? [] : ['generations/requests/', 'generations/batches/']
var jobLeftoverDays = max(jobLeftoverExpireAfterDays, recordRetentionDays + 30)

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
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
                prefixMatch: concat(hints, requests)
              }
              actions: {
                baseBlob: { delete: { daysAfterModificationGreaterThan: jobLeftoverDays } }
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
}
