/** Label and field selectors, as queries carry them. Pure. */
import type { KubeObject } from '../kube/object.ts'
import { badRequest } from './status-error.ts'
import type { Entry } from './store.ts'

export type Matcher = (entry: Entry) => boolean

type Labels = Readonly<Record<string, string>>

/** True for everything. A shared value, so that callers can skip the filtering. */
export const EVERYTHING: Matcher = () => true

/** Both selectors of a request as one matcher. Throws a 400 StatusError on a selector that does not parse or names an unknown field. */
export function matcherOf(
  labelSelector: string | null,
  fieldSelector: string | null,
  knownField: (path: string) => boolean,
): Matcher {
  const labels = labelSelector ? parseLabelSelector(labelSelector) : undefined
  const fields = fieldSelector ? parseFieldSelector(fieldSelector, knownField) : undefined
  if (labels === undefined) return fields ?? EVERYTHING
  if (fields === undefined) return (entry) => labels(entry.labels ?? {})
  return (entry) => labels(entry.labels ?? {}) && fields(entry)
}

/** `a=b,c!=d,e,!f,g in (x,y),h notin (z)`. */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const requirements = splitOutsideParentheses(text).map((part) => requirementOf(part.trim(), text))
  return (labels) => requirements.every((requirement) => requirement(labels))
}

const SET_BASED = /^([^\s!=,()]+)\s+(in|notin)\s*\(([^()]*)\)$/
const EQUALITY = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/
const EXISTENCE = /^(!?)\s*([^\s!=,()]+)$/
const COMPARISON = /^([^\s!=,()<>]+)\s*([<>])\s*(-?\d+)$/

function requirementOf(part: string, whole: string): (labels: Labels) => boolean {
  const set = SET_BASED.exec(part)
  if (set !== null) {
    const [, key = '', operator, list = ''] = set
    const values = new Set(list.split(',').map((value) => value.trim()))
    return operator === 'in'
      ? (labels) => labels[key] !== undefined && values.has(labels[key])
      : (labels) => labels[key] === undefined || !values.has(labels[key])
  }
  const comparison = COMPARISON.exec(part)
  if (comparison !== null) {
    const [, key = '', operator, bound] = comparison
    return (labels) => (operator === '<' ? Number(labels[key]) < Number(bound) : Number(labels[key]) > Number(bound))
  }
  const equality = EQUALITY.exec(part)
  if (equality !== null) {
    const [, key = '', operator, value = ''] = equality
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value
  }
  const existence = EXISTENCE.exec(part)
  if (existence !== null) {
    const [, not, key = ''] = existence
    return not === '!' ? (labels) => labels[key] === undefined : (labels) => labels[key] !== undefined
  }
  throw badRequest(`unable to parse requirement: found '${part}' in label selector '${whole}'`)
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++
    if (text[index] === ')') depth--
    if (text[index] === ',' && depth === 0) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  parts.push(text.slice(start))
  return parts.filter((part) => part.trim() !== '')
}

function parseFieldSelector(text: string, knownField: (path: string) => boolean): Matcher {
  const matchers = text
    .split(',')
    .filter((part) => part !== '')
    .map((part): Matcher => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part)
      if (match === null) throw badRequest(`invalid field selector: "${text}"; can't understand "${part}"`)
      const [, path = '', operator, value = ''] = match
      if (!knownField(path)) {
        throw badRequest(
          `Unable to find "${path}" that match label selector "", field selector "${text}": field label not supported: ${path}`,
        )
      }
      const read = reader(path)
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

/** Which fields a resource can be selected by, besides its name and namespace. */
export function selectableFields(storageKey: string, custom: readonly string[] = []): (path: string) => boolean {
  const known = new Set(['metadata.name', 'metadata.namespace', ...(FIELDS[storageKey] ?? []), ...custom])
  return (path) => known.has(path)
}
