// The function app on Flex Consumption. Every setting is an address, a name or a reference into the vault: none is a secret.
param token string
param location string
param tags object
param identityId string
param identityClientId string
param hostBlobEndpoint string
param hostQueueEndpoint string
param hostTableEndpoint string
param blobEndpoint string
param queueEndpoint string
param vaultUri string
param insightsConnectionString string
param eventsEndpoint string
param schedulerEndpoint string
param subnetId string
param clientKeys string
param operatorKeys string
param callbackKeyIds string
param webhookKeys string
param uploadsClient string
param publicBaseUrl string
param imageDelivery string
param videoDelivery string
param resultHosts string
param recordRetentionDays int
param extraSettings object
param zoneRedundant bool
param alwaysReadyInstances int
param maximumInstances int

// The same as in host.json.
var hubName = 'evolink'

var clients = map(filter(split(clientKeys, ','), entry => !empty(entry)), entry => split(trim(entry), ':'))
var operators = map(filter(split(operatorKeys, ','), entry => !empty(entry)), entry => split(trim(entry), ':'))
var webhooks = map(filter(split(webhookKeys, ','), entry => !empty(entry)), entry => split(trim(entry), ':'))
var callbackKeys = map(filter(split(callbackKeyIds, ','), entry => !empty(entry)), entry => trim(entry))
var hosts = map(filter(split(resultHosts, ','), entry => !empty(entry)), entry => trim(entry))

// Setting and secret of every key that the postprovision hook makes. Secret names know no underscore, client names no hyphen.
var generated = concat(
  map(clients, key => {
    setting: 'Evolink__ClientKeys__${key[0]}__${key[1]}'
    secret: 'client-${replace(key[0], '_', '-')}-${key[1]}'
  }),
  map(operators, key => {
    setting: 'Evolink__OperatorKeys__${key[0]}__${key[1]}'
    secret: 'operator-${replace(key[0], '_', '-')}-${key[1]}'
  }),
  map(webhooks, key => {
    setting: 'Evolink__Webhooks__Secrets__${key[0]}__${key[1]}'
    secret: 'webhook-${replace(key[0], '_', '-')}-${key[1]}'
  }),
  map(callbackKeys, id => {
    setting: 'Evolink__Callback__Keys__${id}'
    secret: 'callback-${replace(id, '_', '-')}'
  })
)

var baseUrl = empty(publicBaseUrl) ? 'https://${site.properties.defaultHostName}' : publicBaseUrl

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource site 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobEndpoint}deployments'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyInstances
          }
        ]
        // Four times MaxWaitingRequests: whoever waits for a change never keeps a callback out.
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
    }
  }

  // Deployment is by Entra ID alone.
  resource scmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        // Addresses, for accounts outside of the public cloud have other ones.
        AzureWebJobsStorage__blobServiceUri: hostBlobEndpoint
        AzureWebJobsStorage__queueServiceUri: hostQueueEndpoint
        AzureWebJobsStorage__tableServiceUri: hostTableEndpoint
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        // By this the host reads uploads and the queue of requests, in the account of the data.
        EvolinkStorage__blobServiceUri: blobEndpoint
        EvolinkStorage__queueServiceUri: queueEndpoint
        EvolinkStorage__credential: 'managedidentity'
        EvolinkStorage__clientId: identityClientId
        APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
        // The host traces each request of its own to storage: two a second while nothing happens. The app's spans are all sent.
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio'
        OTEL_TRACES_SAMPLER_ARG: '0.01'
        Evolink__ApiKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/evolink-api-key)'
        Evolink__PublicBaseUrl: baseUrl
        Evolink__ImageDelivery: imageDelivery
        Evolink__VideoDelivery: videoDelivery
        Evolink__Callback__CurrentKey: first(callbackKeys)
        Evolink__Storage__ServiceUri: blobEndpoint
        Evolink__Storage__ClientId: identityClientId
        Evolink__Events__TopicEndpoint: eventsEndpoint
        Evolink__Uploads__Client: uploadsClient
        Evolink__RecordRetentionDays: string(recordRetentionDays)
      },
      toObject(generated, key => key.setting, key => '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/${key.secret})'),
      toObject(range(0, length(hosts)), i => 'Evolink__ResultHosts__${i}', i => hosts[i]),
      empty(schedulerEndpoint) ? {} : {
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
        AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DURABLE_TASK_SCHEDULER'
        DURABLE_TASK_SCHEDULER: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identityClientId};TaskHub=${hubName}'
      },
      toObject(items(extraSettings), setting => setting.key, setting => string(setting.value))
    )
  }
}

output name string = site.name
output publicBaseUrl string = baseUrl
output generatedSecrets array = map(generated, key => key.secret)
