// Who may do what, and why; docs/security.md has it as a table. Nothing else in this environment grants anything, but for the hub of
// the scheduler (durable.bicep).
param appPrincipalId string
param eventsPrincipalId string
param deployerPrincipalId string
param deployerPrincipalType string
param hostStorageName string
param storageName string
param appContainers array
param appQueues array
param vaultName string
param topicName string
param insightsName string

var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var storageBlobDelegator = 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var eventGridDataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'

// The Functions host and Durable Functions make containers, queues and tables, named after the app and the hub, while they run: so these
// are by account. Blobs: locks, keys, receipts, what is too large for a queue message, and the package; owner is what Azure asks for
// AzureWebJobsStorage. Queues: work of Durable Functions, and of the blob trigger between event and execution. Tables: instances and
// histories of Durable Functions; with the scheduler, the diagnostic events of the host.
var hostRoles = [storageBlobDataOwner, storageQueueDataContributor, storageTableDataContributor]

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource ofApp 'containers' existing = [for container in appContainers: {
      name: container
    }]

    resource deadLetters 'containers' existing = {
      name: 'deadletter'
    }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource ofApp 'queues' existing = [for queue in appQueues: {
      name: queue
    }]
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: topicName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource runsHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in hostRoles: {
  name: guid(hostAccount.id, appPrincipalId, role)
  scope: hostAccount
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

// Reads and writes blobs in its own containers. Not as their owner, for it changes no permissions; not by account, where dead letters are.
resource keepsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (container, i) in appContainers: {
  name: guid(account::blobs::ofApp[i].id, appPrincipalId, storageBlobDataContributor)
  scope: account::blobs::ofApp[i]
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}]

// Signs links to videos: a user delegation key is the account's, and opens no more than the roles above.
resource signsLinks 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, storageBlobDelegator)
  scope: account
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDelegator)
  }
}

// Takes messages from generation-requests, and puts what cannot be handled into the poison queues.
resource takesMessages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queue, i) in appQueues: {
  name: guid(account::queueService::ofApp[i].id, appPrincipalId, storageQueueDataContributor)
  scope: account::queueService::ofApp[i]
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
  }
}]

// The platform resolves the Key Vault references of the settings as the app.
resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}

// Publishes what becomes of generations; may neither subscribe nor read.
resource sendsEvents 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, appPrincipalId, eventGridDataSender)
  scope: topic
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventGridDataSender)
  }
}

// Logs, traces and metrics come from an identity alone (DisableLocalAuth).
resource sendsTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

// Event Grid leaves there what the app would not take: in this one container and nowhere else.
resource writesDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobs::deadLetters.id, eventsPrincipalId, storageBlobDataContributor)
  scope: account::blobs::deadLetters
  properties: {
    principalId: eventsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
  }
}

// A person who deploys hands the generated keys to clients. A pipeline does not, and gets nothing.
resource readsClientKeys 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId) && deployerPrincipalType == 'User') {
  name: guid(vault.id, deployerPrincipalId, keyVaultSecretsUser)
  scope: vault
  properties: {
    principalId: deployerPrincipalId
    principalType: 'User'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
  }
}
