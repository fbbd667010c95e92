/** Which lists say why an object is not healthy. Pure; the caller reads them. */
import { getList, getRecord, getString, isRecord } from '../../../kube/fields.ts'
import { type GroupKind, groupOf, type KubeObject } from '../../../kube/object.ts'

/** What `findCause` looks at, as far as the caller could read it; absent lists only make the answer less exact. */
export interface Related {
  readonly pods?: readonly KubeObject[]
  readonly replicaSets?: readonly KubeObject[]
  /** core/v1 Events. */
  readonly events?: readonly KubeObject[]
}

export interface RelatedQuery {
  /** The list of Related that the result goes to. */
  readonly as: keyof Related
  readonly kind: GroupKind
  readonly namespace: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

const workloads: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'batch/Job',
])

export function kindKeyOf(object: KubeObject): string {
  return `${groupOf(object.apiVersion)}/${object.kind}`
}

export function isWorkload(object: KubeObject): boolean {
  return workloads.has(kindKeyOf(object))
}

/** At most three lists, all in the object's namespace. Cluster-scoped objects have none. */
export function relatedQueries(object: KubeObject): RelatedQuery[] {
  const namespace = object.metadata.namespace ?? ''
  if (namespace === '') return []
  const events = { as: 'events', kind: { group: '', kind: 'Event' }, namespace } as const
  if (!isWorkload(object)) {
    return [{ ...events, fieldSelector: `involvedObject.name=${object.metadata.name ?? ''}` }]
  }
  const labelSelector = selectorText(getRecord(object, 'spec', 'selector'))
  if (labelSelector === '') return []
  const queries: RelatedQuery[] = [
    { as: 'pods', kind: { group: '', kind: 'Pod' }, namespace, labelSelector },
    // The Pods' names are not known yet; warnings of one namespace are few.
    { ...events, fieldSelector: 'type!=Normal' },
  ]
  if (object.kind === 'Deployment') {
    queries.push({ as: 'replicaSets', kind: { group: 'apps', kind: 'ReplicaSet' }, namespace, labelSelector })
  }
  return queries
}

/** A label selector as the API takes it in a query; '' when it selects nothing in particular. */
function selectorText(selector: Record<string, unknown> | undefined): string {
  const parts: string[] = []
  for (const [label, value] of Object.entries(getRecord(selector, 'matchLabels') ?? {}))
    parts.push(`${label}=${String(value)}`)
  for (const item of getList(selector, 'matchExpressions')) {
    if (!isRecord(item)) continue
    const key = getString(item, 'key') ?? ''
    const values = getList(item, 'values').join(',')
    switch (getString(item, 'operator')) {
      case 'In':
        parts.push(`${key} in (${values})`)
        break
      case 'NotIn':
        parts.push(`${key} notin (${values})`)
        break
      case 'Exists':
        parts.push(key)
        break
      case 'DoesNotExist':
        parts.push(`!${key}`)
        break
    }
  }
  return parts.join(',')
}
