// Events in: what is dropped into the storage account. Events out: what becomes of generations.
param token string
param location string
param tags object
param storageName string

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

// Its one subscription needs a key that exists only once the app has started: uploads.bicep, deployed by the postdeploy hook.
resource systemTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgst-${token}'
  location: location
  tags: tags
  // Its own identity, for dead letters: Event Grid need not act as the app.
  identity: { type: 'SystemAssigned' }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: 'evgt-${token}'
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
  }
}

output systemTopicId string = systemTopic.id
output systemTopicName string = systemTopic.name
output systemTopicPrincipalId string = systemTopic.identity.principalId
output topicId string = topic.id
output topicName string = topic.name
output topicEndpoint string = topic.properties.endpoint
