/** Kinds of a cluster's own machinery: admission policies, API priority, CSI, certificates, classes, addresses. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { ageColumn, boolean, type Column, containerColumns, count, field, nameColumn, text } from './column.ts'
import { humanDuration } from './duration.ts'
import { at, listAt, numberAt, textAt } from './fields.ts'
import { labelsText } from './selector-text.ts'

export const podTemplates: readonly Column[] = [
  nameColumn,
  ...containerColumns('template', 'spec').map((column) => ({ ...column, priority: 0 })),
  text('Pod Labels', (object) => labelsText(object, 'template', 'metadata', 'labels')),
]

export const admissionPolicies: readonly Column[] = [
  nameColumn,
  { ...count('Validations'), cell: (object) => listAt(object, 'spec', 'validations').length },
  text('ParamKind', (object) => {
    const kind = at(object, 'spec', 'paramKind')
    return kind === undefined ? '<unset>' : `${textAt(kind, ['apiVersion'])}/${textAt(kind, ['kind'])}`
  }),
  ageColumn,
]

export const admissionPolicyBindings: readonly Column[] = [
  nameColumn,
  field('PolicyName', ['spec', 'policyName']),
  text('ParamRef', (object) => {
    const name = textAt(object, ['spec', 'paramRef', 'name'])
    return name === '' ? '<unset>' : `${textAt(object, ['spec', 'paramRef', 'namespace'], '*')}/${name}`
  }),
  ageColumn,
]

export const flowSchemas: readonly Column[] = [
  nameColumn,
  field('PriorityLevel', ['spec', 'priorityLevelConfiguration', 'name']),
  text('MatchingPrecedence', (object) => numberAt(object, 'spec', 'matchingPrecedence')),
  field('DistinguisherMethod', ['spec', 'distinguisherMethod', 'type'], '<none>'),
  ageColumn,
  text('MissingPL', (object) => conditionStatus(object, 'Dangling') ?? '?'),
]

export const priorityLevels: readonly Column[] = [
  nameColumn,
  field('Type', ['spec', 'type']),
  field('NominalConcurrencyShares', ['spec', 'limited', 'nominalConcurrencyShares'], '<none>'),
  field('Queues', ['spec', 'limited', 'limitResponse', 'queuing', 'queues'], '<none>'),
  field('HandSize', ['spec', 'limited', 'limitResponse', 'queuing', 'handSize'], '<none>'),
  field('QueueLengthLimit', ['spec', 'limited', 'limitResponse', 'queuing', 'queueLengthLimit'], '<none>'),
  ageColumn,
]

export const runtimeClasses: readonly Column[] = [nameColumn, field('Handler', ['handler']), ageColumn]

export const csiDrivers: readonly Column[] = [
  nameColumn,
  boolean('AttachRequired', (object) => at(object, 'spec', 'attachRequired') !== false),
  boolean('PodInfoOnMount', (object) => at(object, 'spec', 'podInfoOnMount') === true),
  boolean('StorageCapacity', (object) => at(object, 'spec', 'storageCapacity') === true),
  text('TokenRequests', (object) => {
    if (at(object, 'spec', 'tokenRequests') === undefined) return '<unset>'
    return listAt(object, 'spec', 'tokenRequests')
      .map((request) => textAt(request, ['audience']))
      .join(',')
  }),
  boolean('RequiresRepublish', (object) => at(object, 'spec', 'requiresRepublish') === true),
  text('Modes', (object) => listAt(object, 'spec', 'volumeLifecycleModes').join(',') || '<none>'),
  ageColumn,
]

export const csiNodes: readonly Column[] = [
  nameColumn,
  { ...count('Drivers'), cell: (object) => listAt(object, 'spec', 'drivers').length },
  ageColumn,
]

export const csiStorageCapacities: readonly Column[] = [
  nameColumn,
  field('StorageClassName', ['storageClassName']),
  field('Capacity', ['capacity'], '<unset>'),
]

export const volumeAttachments: readonly Column[] = [
  nameColumn,
  { ...field('Attacher', ['spec', 'attacher']), format: 'name' },
  field('PV', ['spec', 'source', 'persistentVolumeName']),
  field('Node', ['spec', 'nodeName']),
  boolean('Attached', (object) => at(object, 'status', 'attached') === true),
  ageColumn,
]

export const signingRequests: readonly Column[] = [
  nameColumn,
  ageColumn,
  field('SignerName', ['spec', 'signerName'], '<none>'),
  field('Requestor', ['spec', 'username']),
  text('RequestedDuration', (object) => {
    const seconds = at(object, 'spec', 'expirationSeconds')
    return typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>'
  }),
  text('Condition', (object) => {
    const has = (type: string) => conditionStatus(object, type) !== undefined
    const verdict = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
    const issued = textAt(object, ['status', 'certificate']) !== ''
    return `${verdict}${has('Failed') ? ',Failed' : ''}${issued ? ',Issued' : ''}`
  }),
]

export const addresses: readonly Column[] = [
  nameColumn,
  text('ParentRef', (object) => {
    const parent = at(object, 'spec', 'parentRef')
    if (parent === undefined) return '<none>'
    const group = textAt(parent, ['group'])
    const resource = textAt(parent, ['resource']).toLowerCase()
    const namespace = textAt(parent, ['namespace'])
    const place = namespace === '' ? '' : `/${namespace}`
    return `${resource}${group === '' ? '' : `.${group}`}${place}/${textAt(parent, ['name'])}`
  }),
]

export const serviceRanges: readonly Column[] = [
  nameColumn,
  text('CIDRs', (object) => listAt(object, 'spec', 'cidrs').join(',')),
  ageColumn,
]

export const apiServices: readonly Column[] = [
  nameColumn,
  text('Service', (object) => {
    const service = at(object, 'spec', 'service')
    return service === undefined ? 'Local' : `${textAt(service, ['namespace'])}/${textAt(service, ['name'])}`
  }),
  text('Available', (object) => conditionStatus(object, 'Available') ?? 'Unknown'),
  ageColumn,
]

function conditionStatus(object: KubeObject, type: string): string | undefined {
  const found = listAt(object, 'status', 'conditions').find((condition) => textAt(condition, ['type']) === type)
  return found === undefined ? undefined : textAt(found, ['status'])
}
