/** ConfigMaps, Secrets, Namespaces, Nodes, ServiceAccounts, Events, quotas. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, count, field, integer, nameColumn, text, wide } from './column.ts'
import { since } from './duration.ts'
import { at, listAt, numberAt, sizeAt, textAt } from './fields.ts'

export const configMaps: readonly Column[] = [
  nameColumn,
  text('Data', (object) => sizeAt(object, 'data') + sizeAt(object, 'binaryData')),
  ageColumn,
]

export const secrets: readonly Column[] = [
  nameColumn,
  field('Type', ['type'], 'Opaque'),
  text('Data', (object) => sizeAt(object, 'data')),
  ageColumn,
]

export const namespaces: readonly Column[] = [nameColumn, field('Status', ['status', 'phase']), ageColumn]

export const serviceAccounts: readonly Column[] = [nameColumn, ageColumn]

export const nodes: readonly Column[] = [
  nameColumn,
  text('Status', nodeStatus),
  text('Roles', nodeRoles),
  ageColumn,
  field('Version', ['status', 'nodeInfo', 'kubeletVersion']),
  wide(text('Internal-IP', (node) => nodeAddress(node, 'InternalIP'))),
  wide(text('External-IP', (node) => nodeAddress(node, 'ExternalIP'))),
  wide(field('OS-Image', ['status', 'nodeInfo', 'osImage'], '<unknown>')),
  wide(field('Kernel-Version', ['status', 'nodeInfo', 'kernelVersion'], '<unknown>')),
  wide(field('Container-Runtime', ['status', 'nodeInfo', 'containerRuntimeVersion'], '<unknown>')),
]

export const events: readonly Column[] = [
  text('Last Seen', (event, now) => since(lastSeen(event), now)),
  field('Type', ['type']),
  field('Reason', ['reason']),
  text('Object', (event) => {
    const kind = textAt(event, ['involvedObject', 'kind']).toLowerCase()
    const name = textAt(event, ['involvedObject', 'name'])
    return name === '' ? kind : `${kind}/${name}`
  }),
  wide(field('Subobject', ['involvedObject', 'fieldPath'])),
  wide(text('Source', eventSource)),
  text('Message', (event) => textAt(event, ['message']).trim()),
  wide(text('First Seen', (event, now) => since(firstSeen(event), now))),
  wide(text('Count', (event) => numberAt(event, 'series', 'count') || numberAt(event, 'count') || 1)),
  wide(nameColumn),
]

export const resourceQuotas: readonly Column[] = [
  nameColumn,
  text('Request', (quota) => quotaText(quota, false)),
  text('Limit', (quota) => quotaText(quota, true)),
  ageColumn,
]

export const leases: readonly Column[] = [nameColumn, field('Holder', ['spec', 'holderIdentity']), ageColumn]

export const priorityClasses: readonly Column[] = [
  nameColumn,
  count('Value', 'value'),
  { ...text('Global-Default', (object) => at(object, 'globalDefault') === true), type: 'boolean' },
  ageColumn,
  wide(field('PreemptionPolicy', ['preemptionPolicy'])),
]

export const webhookConfigurations: readonly Column[] = [
  nameColumn,
  integer('Webhooks', (object) => listAt(object, 'webhooks').length),
  ageColumn,
]

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  const word = ready === undefined ? 'Unknown' : at(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec', 'unschedulable') === true ? `${word},SchedulingDisabled` : word
}

const rolePrefix = 'node-role.kubernetes.io/'

function nodeRoles(node: KubeObject): string {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length))
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value)
  }
  return roles.size === 0 ? '<none>' : [...roles].sort().join(',')
}

function nodeAddress(node: KubeObject, type: string): string {
  const found = listAt(node, 'status', 'addresses').find((one) => at(one, 'type') === type)
  return textAt(found, ['address'], '<none>')
}

function firstSeen(event: KubeObject): unknown {
  return at(event, 'firstTimestamp') ?? at(event, 'eventTime')
}

function lastSeen(event: KubeObject): unknown {
  return at(event, 'series', 'lastObservedTime') ?? at(event, 'lastTimestamp') ?? firstSeen(event)
}

function eventSource(event: KubeObject): string {
  const component = textAt(event, ['source', 'component'], textAt(event, ['reportingComponent']))
  const instance = textAt(event, ['source', 'host'], textAt(event, ['reportingInstance']))
  return instance === '' ? component : `${component}, ${instance}`
}

function quotaText(quota: KubeObject, limits: boolean): string {
  const hard = (at(quota, 'status', 'hard') ?? {}) as Record<string, unknown>
  return Object.keys(hard)
    .filter((resource) => resource.startsWith('limits.') === limits)
    .sort()
    .map((resource) => `${resource}: ${textAt(quota, ['status', 'used', resource], '0')}/${hard[resource]}`)
    .join(', ')
}
