// Private endpoints of both storage accounts and the vault, and the names under which the app finds them.
param token string
param location string
param tags object
param hostStorageId string
param storageId string
param vaultName string
param subnetId string
param networkId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

// The vault's private zone is not derived from its public suffix (vault.azure.net, but privatelink.vaultcore.azure.net).
var vaultZone = 'privatelink.vaultcore.${split(environment().suffixes.keyvaultDns, '.vault.')[1]}'

var groups = ['blob', 'queue', 'table', 'vault']
var zoneNames = map(groups, group => group == 'vault' ? vaultZone : 'privatelink.${group}.${environment().suffixes.storage}')

// The app uses no tables in the account of the data.
var targets = [
  {
    name: 'host-blob'
    group: 'blob'
    id: hostStorageId
  }
  {
    name: 'host-queue'
    group: 'queue'
    id: hostStorageId
  }
  {
    name: 'host-table'
    group: 'table'
    id: hostStorageId
  }
  {
    name: 'blob'
    group: 'blob'
    id: storageId
  }
  {
    name: 'queue'
    group: 'queue'
    id: storageId
  }
  {
    name: 'vault'
    group: 'vault'
    id: vault.id
  }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for zone in zoneNames: {
  name: zone
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (zone, i) in zoneNames: {
  parent: zones[i]
  name: 'network'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: { id: networkId }
  }
}]

resource endpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [for target in targets: {
  name: 'pep-${target.name}-${token}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: target.name
        properties: {
          privateLinkServiceId: target.id
          groupIds: [target.group]
        }
      }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [for (target, i) in targets: {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: target.group
        properties: { privateDnsZoneId: zones[indexOf(groups, target.group)].id }
      }
    ]
  }
}]
