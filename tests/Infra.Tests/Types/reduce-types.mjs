// Makes known-types.json: what a Bicep file may set on the resources that infra/ uses.
//
//   node reduce-types.mjs <folder of type files>
//
// The type files are those of https://github.com/Azure/bicep-types-az (generated/<provider>/<api version>/types.json), each named
// <provider>@<api version>.<anything>.json here. Kept are names, nesting, literals, patterns, and which properties are required or read-only.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const wanted = [
  'Microsoft.Authorization/roleAssignments@2022-04-01',
  'Microsoft.DurableTask/schedulers@2025-11-01',
  'Microsoft.DurableTask/schedulers/retentionPolicies@2025-11-01',
  'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01',
  'Microsoft.EventGrid/systemTopics@2025-02-15',
  'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15',
  'Microsoft.EventGrid/topics@2025-02-15',
  'Microsoft.Insights/actionGroups@2023-01-01',
  'Microsoft.Insights/components@2020-02-02',
  'Microsoft.Insights/diagnosticSettings@2021-05-01-preview',
  'Microsoft.Insights/metricAlerts@2018-03-01',
  'Microsoft.Insights/scheduledQueryRules@2023-12-01',
  'Microsoft.Insights/workbooks@2023-06-01',
  'Microsoft.KeyVault/vaults@2024-11-01',
  'Microsoft.KeyVault/vaults/secrets@2024-11-01',
  'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30',
  'Microsoft.Network/privateDnsZones@2024-06-01',
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01',
  'Microsoft.Network/privateEndpoints@2025-05-01',
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01',
  'Microsoft.Network/virtualNetworks@2025-05-01',
  'Microsoft.Network/virtualNetworks/subnets@2025-05-01',
  'Microsoft.OperationalInsights/workspaces@2025-02-01',
  'Microsoft.Storage/storageAccounts@2025-06-01',
  'Microsoft.Storage/storageAccounts/blobServices@2025-06-01',
  'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01',
  'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01',
  'Microsoft.Storage/storageAccounts/queueServices@2025-06-01',
  'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01',
  'Microsoft.Web/serverfarms@2024-11-01',
  'Microsoft.Web/sites@2024-11-01',
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01',
  'Microsoft.Web/sites/config@2024-11-01',
];

const text = { kind: 'string' };
// Not in that repository's files: the compiler knows it by itself.
const resourceGroup = {
  kind: 'object',
  properties: {
    id: { ...text, readOnly: true },
    name: { ...text, pattern: '^[-\\w._()]{1,90}$', required: true },
    location: { ...text, required: true },
    tags: { kind: 'object', properties: {}, others: text },
    managedBy: text,
  },
};

// Networks lead from one resource into nearly all of their provider.
const deepest = 8;

const folder = process.argv[2];
const files = readdirSync(folder).filter(name => name.endsWith('.json')).map(name => JSON.parse(readFileSync(join(folder, name))));
const types = { 'Microsoft.Resources/resourceGroups@2024-11-01': resourceGroup };
for (const name of wanted) {
  const file = files.find(types => types.some(type => type.$type === 'ResourceType' && type.name.toLowerCase() === name.toLowerCase()));
  if (!file) throw new Error(`No file has ${name}.`);
  const resource = file.find(type => type.$type === 'ResourceType' && type.name.toLowerCase() === name.toLowerCase());
  types[name] = reduce(file, resource.body, [], resource.name);
}

function reduce(file, ref, path) {
  const at = Number(ref.$ref.slice(2));
  const type = file[at];
  const inner = next => reduce(file, next, [...path, at]);
  switch (type.$type) {
    case 'StringLiteralType': return { is: [type.value] };
    case 'StringType': return clean({ kind: 'string', pattern: type.pattern, min: type.minLength, max: type.maxLength });
    case 'IntegerType': return clean({ kind: 'int', min: type.minValue, max: type.maxValue });
    case 'BooleanType': return { kind: 'bool' };
    case 'AnyType': return { kind: 'any' };
    case 'ArrayType': return clean({ kind: 'array', items: inner(type.itemType), min: type.minLength, max: type.maxLength });
    case 'UnionType': return union(type.elements.map(inner));
    case 'ObjectType':
      if (path.includes(at) || path.length > deepest) return { kind: 'cut' };
      return clean({ kind: 'object', properties: properties(type.properties, inner), others: others(type, inner) });
    case 'DiscriminatedObjectType':
      return {
        kind: 'oneOf',
        by: type.discriminator,
        properties: properties(type.baseProperties, inner),
        cases: Object.fromEntries(Object.entries(type.elements).map(([value, element]) => [value, inner(element)])),
      };
    default: throw new Error(`Unknown kind of type ${type.$type}.`);
  }
}

// An enumeration that the service may extend is a union of literals and string; a file here has no business with what is not listed.
function union(elements) {
  const literals = elements.flatMap(element => element.is ?? []);
  return literals.length > 0 ? { is: literals } : elements[0];
}

function properties(all, inner) {
  return Object.fromEntries(Object.entries(all).map(([name, property]) => {
    const readOnly = (property.flags & 2) !== 0;
    return [name, clean({ ...inner(property.type), required: (property.flags & 1) !== 0 || undefined, readOnly: readOnly || undefined })];
  }));
}

// "And anything else" beside named properties would let every misspelt one through.
function others(type, inner) {
  const found = type.additionalProperties && inner(type.additionalProperties);
  return found?.kind === 'any' && Object.keys(type.properties).length > 0 ? undefined : found;
}

function clean(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null));
}

// One line for each resource: a change of one is one line of a diff.
const lines = Object.entries(types).map(([name, type]) => `  ${JSON.stringify(name)}: ${JSON.stringify(type)}`);
writeFileSync(new URL('known-types.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
