// Everything that one environment needs, in a resource group of its own. `azd up` fills in the parameters (main.parameters.json).
targetScope = 'subscription'

@minLength(1)
@maxLength(40)
@description('Name of the azd environment; it names the resource group.')
param environmentName string

@minLength(1)
@description('Region of everything.')
param location string

@description('Object id of whoever deploys: a user may read the generated keys, a pipeline may not. Empty: nobody but the app may.')
param principalId string = ''

@allowed(['User', 'ServicePrincipal'])
@description('What the deploying principal is.')
param principalType string = 'User'

@secure()
@description('The Evolink API key. Empty leaves the one in the vault as it is.')
param evolinkApiKey string = ''

@description('Keys of clients as <client>:<n>, separated by commas: two of one client while it is rotated. The values are in the vault.')
param clientKeys string = 'default:0'

@description('Keys of operators, written like those of clients.')
param operatorKeys string = 'operator:0'

@description('Ids of the keys that sign callback and image links, separated by commas. The first signs, all are accepted.')
param callbackKeyIds string = 'k1'

@description('Keys that sign calls to the callback_url of clients, written like their keys.')
param webhookKeys string = 'default:0'

@description('Client that owns what is dropped into the container uploads.')
param uploadsClient string = 'default'

@description('Public address of the app, where it is not its own host name: scheme and host alone.')
param publicBaseUrl string = ''

@allowed(['Host', 'Files'])
@description('How images reach Evolink: fetched from the app by signed link, or through the Files API of Evolink.')
param imageDelivery string = 'Host'

@allowed(['Sas', 'Proxy'])
@description('How clients get a video: by signed link to the storage account, or through the app. A private network forces Proxy.')
param videoDelivery string = 'Sas'

@description('Hosts that results may come from, separated by commas. Empty: any public host.')
param resultHosts string = ''

@description('Settings of the app by name, such as {"Evolink__MaxRegenerations": 1}, also those without a parameter here. They win.')
param extraSettings object = {}

@allowed(['storage', 'scheduler'])
@description('What drives the orchestrations: queues and tables of the storage account, or the Durable Task Scheduler. The app has to be built for it.')
param durableBackend string = 'storage'

@minValue(1)
@maxValue(30)
@description('Days that histories of finished orchestrations are kept by the scheduler.')
param historyRetentionDays int = 7

@description('Storage and vault are reached through private endpoints only.')
param privateNetwork bool = false

@description('Instances and data are spread over availability zones.')
param zoneRedundant bool = false

@minValue(0)
@maxValue(20)
@description('Instances that are always ready for HTTP, so that no callback meets a cold start.')
param alwaysReadyInstances int = 0

@minValue(40)
@maxValue(1000)
@description('Most instances of the app.')
param maximumInstances int = 40

@minValue(0)
@description('Days after which videos move to the cool tier; 0: never.')
param videoCoolAfterDays int = 30

@minValue(0)
@description('Days after which videos are deleted, whatever becomes of their jobs; 0: never.')
param videoExpireAfterDays int = 0

@minValue(0)
@maxValue(36500)
@description('Days after its end at which a job is deleted, with its video; 0: never.')
param recordRetentionDays int = 0

@minValue(1)
@description('Days after which uploads, rejected files and dead letters are deleted.')
param leftoverExpireAfterDays int = 30

@minValue(0)
@description('Days after which hints, and requests of jobs that went by recordRetentionDays, are deleted where a crash left them; 0: never.')
param jobLeftoverExpireAfterDays int = 180

@minValue(1)
@maxValue(365)
@description('Days for which a deleted container can be restored.')
param softDeleteDays int = 7

@minValue(30)
@maxValue(730)
@description('Days that logs are kept.')
param logRetentionDays int = 30

@minValue(1)
@description('Gigabytes of telemetry that are taken in a day; what comes above is lost, and alerts see nothing until the next day.')
param dailyLogGigabytes int = 1

@description('Where alerts are sent. Empty: alerts are raised, and shown in the portal only.')
param alertEmail string = ''

@minValue(0)
@description('Credits at Evolink below which an alert is raised; 0: never.')
param creditsLow int = 500

@minValue(0)
@description('What a month may cost, in the currency of the subscription, before an alert is raised; 0: there is no budget.')
param monthlyBudget int = 0

@description('First day of the month in which the budget was made, as yyyy-MM-dd: Azure lets nobody change it. Empty: this month.')
param budgetStart string = ''

@description('Take back the soft-deleted vault of an environment of the same name, with the keys in it.')
param recoverVault bool = false

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'identity.bicep' = {
  scope: group
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'monitoring.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyGigabytes: dailyLogGigabytes
  }
}

module network 'network.bicep' = if (privateNetwork) {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    hostStorageId: hostStorage.outputs.id
    storageId: storage.outputs.id
    vaultName: vault.outputs.name
    subnetId: subnets!.outputs.endpointsSubnetId
    networkId: subnets!.outputs.networkId
  }
}

module subnets 'subnets.bicep' = if (privateNetwork) {
  scope: group
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
  }
}

// What runs the app: its package, the keys and locks of the Functions host, and the hub of Durable Functions where that is on storage.
module hostStorage 'account.bicep' = {
  scope: group
  params: {
    name: 'sthost${token}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    zoneRedundant: zoneRedundant
    softDeleteDays: softDeleteDays
    containers: ['deployments']
    queues: []
  }
}

var appContainers = ['uploads', 'images', 'videos', 'generations', 'rejected']
// The last is where the Functions host tells of uploads that the app did not take in five tries.
var appQueues = ['generation-requests', 'generation-requests-poison', 'webjobs-blobtrigger-poison']

// What the app keeps: uploads, images, videos, records.
module storage 'account.bicep' = {
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    zoneRedundant: zoneRedundant
    softDeleteDays: softDeleteDays
    containers: concat(appContainers, ['deadletter'])
    queues: appQueues
  }
}

module lifecycle 'lifecycle.bicep' = {
  scope: group
  params: {
    storageName: storage.outputs.name
    recordRetentionDays: recordRetentionDays
    videoCoolAfterDays: videoCoolAfterDays
    videoExpireAfterDays: videoExpireAfterDays
    leftoverExpireAfterDays: leftoverExpireAfterDays
    jobLeftoverExpireAfterDays: jobLeftoverExpireAfterDays
  }
}

module vault 'vault.bicep' = {
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    privateNetwork: privateNetwork
    recover: recoverVault
    evolinkApiKey: evolinkApiKey
    workspaceId: monitoring.outputs.workspaceId
  }
}

module durable 'durable.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  params: {
    name: 'dts-${token}'
    location: location
    tags: tags
    historyRetentionDays: historyRetentionDays
    appPrincipalId: identity.outputs.principalId
  }
}

module events 'events.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    storageName: storage.outputs.name
  }
}

module roles 'roles.bicep' = {
  scope: group
  params: {
    appPrincipalId: identity.outputs.principalId
    eventsPrincipalId: events.outputs.systemTopicPrincipalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    hostStorageName: hostStorage.outputs.name
    storageName: storage.outputs.name
    appContainers: appContainers
    appQueues: appQueues
    vaultName: vault.outputs.name
    topicName: events.outputs.topicName
    insightsName: monitoring.outputs.insightsName
  }
}

module app 'app.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostBlobEndpoint: hostStorage.outputs.blobEndpoint
    hostQueueEndpoint: hostStorage.outputs.queueEndpoint
    hostTableEndpoint: hostStorage.outputs.tableEndpoint
    blobEndpoint: storage.outputs.blobEndpoint
    queueEndpoint: storage.outputs.queueEndpoint
    vaultUri: vault.outputs.uri
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    eventsEndpoint: events.outputs.topicEndpoint
    schedulerEndpoint: durableBackend == 'scheduler' ? durable!.outputs.endpoint : ''
    subnetId: privateNetwork ? subnets!.outputs.appSubnetId : ''
    clientKeys: clientKeys
    operatorKeys: operatorKeys
    callbackKeyIds: callbackKeyIds
    webhookKeys: webhookKeys
    uploadsClient: uploadsClient
    publicBaseUrl: publicBaseUrl
    imageDelivery: imageDelivery
    // Signed links to a storage account that nobody outside can reach would be dead links.
    videoDelivery: privateNetwork ? 'Proxy' : videoDelivery
    resultHosts: resultHosts
    recordRetentionDays: recordRetentionDays
    extraSettings: extraSettings
    zoneRedundant: zoneRedundant
    alwaysReadyInstances: alwaysReadyInstances
    maximumInstances: maximumInstances
  }
  // The first start reads storage and vault, by their private names where there are such.
  dependsOn: [roles, network]
}

module alerts 'alerts.bicep' = {
  scope: group
  params: {
    token: token
    location: location
    tags: tags
    email: alertEmail
    insightsId: monitoring.outputs.insightsId
    workspaceId: monitoring.outputs.workspaceId
    creditsLow: creditsLow
    hostStorageId: hostStorage.outputs.id
    storageId: storage.outputs.id
    systemTopicId: events.outputs.systemTopicId
    topicId: events.outputs.topicId
  }
}

module budget 'budget.bicep' = if (monthlyBudget > 0) {
  scope: group
  params: {
    name: 'budget-${token}'
    amount: monthlyBudget
    email: alertEmail
    peopleId: alerts.outputs.peopleId
    start: budgetStart
  }
}

module workbook 'workbook.bicep' = {
  scope: group
  params: {
    environmentName: environmentName
    location: location
    tags: tags
    insightsId: monitoring.outputs.insightsId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_STORAGE_ACCOUNT string = storage.outputs.name
output AZURE_KEY_VAULT string = vault.outputs.name
output AZURE_FUNCTION_APP string = app.outputs.name
output AZURE_EVENT_GRID_SYSTEM_TOPIC string = events.outputs.systemTopicName
// azd keeps it, and hands it back as the parameter.
output BUDGET_START string = monthlyBudget > 0 ? budget!.outputs.start : ''
output SERVICE_APP_ENDPOINT_URL string = app.outputs.publicBaseUrl
output EVOLINK_GENERATED_SECRETS string = join(app.outputs.generatedSecrets, ' ')
