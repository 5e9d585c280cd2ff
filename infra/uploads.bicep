// The one subscription that needs a key of the running app: Event Grid calls the blob trigger through the blob extension's webhook.
// The postdeploy hook deploys this once the key is there. It may be deployed any number of times; the key stays inside Resource Manager.
param appName string
param systemTopicName string
param storageName string

@description('Name of the function with the blob trigger.')
param functionName string = 'ImageUploaded'

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

var extensionKey = listKeys('${app.id}/host/default', '2024-11-01').systemKeys.blobs_extension

resource systemTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: systemTopicName

  resource uploads 'eventSubscriptions' = {
    name: 'uploads'
    properties: {
      destination: {
        endpointType: 'WebHook'
        properties: {
          endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${functionName}&code=${extensionKey}'
          maxEventsPerBatch: 1
          preferredBatchSizeInKilobytes: 64
        }
      }
      eventDeliverySchema: 'EventGridSchema'
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        subjectBeginsWith: '/blobServices/default/containers/uploads/'
      }
      // A day of trying; what is left then is kept, and an alert is raised.
      retryPolicy: {
        maxDeliveryAttempts: 30
        eventTimeToLiveInMinutes: 1440
      }
      deadLetterWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: {
            resourceId: account.id
            blobContainerName: 'deadletter'
          }
        }
      }
    }
  }
}
