// The Durable Task Scheduler, billed by action: what drives the orchestrations unless the storage account does.
param name string
param location string
param tags object
param historyRetentionDays int
param appPrincipalId string

// The same as in host.json, where the app's jobs name their hub.
var hubName = 'evolink'

var durableTaskDataContributor = '0ad04412-c4d5-4796-b79c-f76d14c8d402'

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    // The instances of a Flex Consumption app have no fixed addresses; every call needs a token of an identity with a role.
    ipAllowlist: ['0.0.0.0/0']
    sku: { name: 'Consumption' }
  }

  resource hub 'taskHubs' = {
    name: hubName
  }

  // Histories are for looking into; what is true of a job stands in its record.
  resource retention 'retentionPolicies' = {
    name: 'default'
    properties: {
      retentionPolicies: [
        { retentionPeriodInDays: historyRetentionDays }
      ]
    }
  }
}

// The app runs its orchestrations in this hub, and has no say in others of the scheduler.
resource runsOrchestrations 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(scheduler::hub.id, appPrincipalId, durableTaskDataContributor)
  scope: scheduler::hub
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', durableTaskDataContributor)
  }
}

output endpoint string = scheduler.properties.endpoint
