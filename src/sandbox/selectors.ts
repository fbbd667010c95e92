/** Label and field selectors, as queries carry them. Pure. */
import { matchesLabels, parseSelector, type Selector, SelectorError } from '../kube/labels.ts'
import type { KubeObject } from '../kube/object.ts'
import { badRequest } from './status-error.ts'
import type { Entry } from './store.ts'

export type Matcher = (entry: Entry) => boolean

/** True for everything. A shared value, so that callers can skip the filtering. */
export const EVERYTHING: Matcher = () => true

/** Which fields of a resource can be selected by, and how others are refused. */
export interface SelectableFields {
  has(path: string): boolean
  refusal(path: string): string
}

/** Both selectors of a request as one matcher. Throws a 400 StatusError on a selector that does not parse or names an unknown field. */
export function matcherOf(
  labelSelector: string | null,
  fieldSelector: string | null,
  fields: SelectableFields,
): Matcher {
  const byLabels = labelSelector ? parseLabels(labelSelector) : undefined
  const byFields = fieldSelector ? parseFields(fieldSelector, fields) : undefined
  if (byLabels === undefined) return byFields ?? EVERYTHING
  if (byFields === undefined) return (entry) => matchesLabels(byLabels, entry.labels)
  return (entry) => matchesLabels(byLabels, entry.labels) && byFields(entry)
}

function parseLabels(text: string): Selector {
  try {
    return parseSelector(text)
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(`unable to parse requirement: ${error.message}`)
    throw error
  }
}

/** Terms are joined by commas; `\,`, `\=` and `\\` stand for the characters themselves. */
function parseFields(text: string, fields: SelectableFields): Matcher {
  const matchers = (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((part): Matcher => {
    const match = /^((?:\\.|[^=!\\])*)(==|=|!=)(.*)$/.exec(part)
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    const [, path = '', operator, escaped = ''] = match
    if (!fields.has(path)) throw badRequest(fields.refusal(path))
    const read = reader(path)
    const value = escaped.replace(/\\(.)/g, '$1')
    return operator === '!=' ? (entry) => read(entry) !== value : (entry) => read(entry) === value
  })
  return (entry) => matchers.every((matcher) => matcher(entry))
}

function reader(path: string): (entry: Entry) => string {
  if (path === 'metadata.name') return (entry) => entry.name
  if (path === 'metadata.namespace') return (entry) => entry.namespace
  const steps = path.split('.')
  return (entry) => textAt(entry.object(), steps)
}

/** An absent field reads as '' (and as `false` where Go has a plain boolean, which selectors spell out). */
function textAt(object: KubeObject, steps: readonly string[]): string {
  let value: unknown = object
  for (const step of steps) {
    if (typeof value !== 'object' || value === null) return ''
    value = (value as Record<string, unknown>)[step]
  }
  if (value === undefined || value === null) return steps.at(-1) === 'unschedulable' ? 'false' : ''
  return String(value)
}

const FIELDS: Record<string, readonly string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/secrets': ['type'],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
}

/** Of a resource; `custom` is what a CRD adds. */
export function selectableFields(storageKey: string, custom?: readonly string[]): SelectableFields {
  const own = FIELDS[storageKey]
  const known = new Set(['metadata.name', 'metadata.namespace', ...(own ?? []), ...(custom ?? [])])
  return {
    has: (path) => known.has(path),
    refusal: (path) =>
      own === undefined && custom === undefined
        ? `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`
        : `field label not supported: ${path}`,
  }
}
