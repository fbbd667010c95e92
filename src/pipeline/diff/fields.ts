/** What differs between two versions of an object, field by field, in paths that people read. Pure. */
import type { FieldChange } from '../../api/views.ts'
import { canonicalJson } from '../../kube/canonical.ts'
import { isRecord } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import { maskObject } from './mask.ts'

export interface DiffLimits {
  /** Changes beyond this are summed up in one last entry with the path `...`. */
  readonly changes?: number
  /** Characters of one value's text. */
  readonly valueLength?: number
}

const defaultChanges = 50
const defaultValueLength = 1_000

/** Written by the server about an object, not by anyone who wants something of it. */
const serverMetadata = [
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
] as const

/**
 * The difference of two objects as a person would want it: secrets masked, status and the server's bookkeeping left out. `undefined`
 * on one side means the object does not exist there, and yields no fields.
 */
export function diffObjects(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  limits: DiffLimits = {},
): FieldChange[] {
  if (before === undefined || after === undefined) return []
  return diffFields(comparable(before), comparable(after), limits)
}

function comparable(object: KubeObject): unknown {
  const { status: _status, ...rest } = maskObject(object)
  const metadata = { ...rest.metadata }
  for (const field of serverMetadata) delete metadata[field]
  return { ...rest, metadata }
}

/**
 * Paths such as `spec.template.spec.containers[web].image`. Lists of maps are matched by the key that names their items (name,
 * containerPort, mountPath, ...), so that an inserted item is one change; lists of scalars change as a whole; other lists go by index.
 * Values are JSON text. In order of the path's appearance, sorted by member name.
 */
export function diffFields(before: unknown, after: unknown, limits: DiffLimits = {}): FieldChange[] {
  const walk: Walk = {
    changes: [],
    dropped: 0,
    limit: limits.changes ?? defaultChanges,
    valueLength: limits.valueLength ?? defaultValueLength,
  }
  compare(before, after, '', walk)
  if (walk.dropped > 0) walk.changes.push({ path: '...', after: `"${walk.dropped} more"` })
  return walk.changes
}

interface Walk {
  readonly changes: FieldChange[]
  dropped: number
  readonly limit: number
  readonly valueLength: number
}

function compare(before: unknown, after: unknown, path: string, walk: Walk): void {
  if (before === after) return
  if (isRecord(before) && isRecord(after)) {
    compareMaps(before, after, path, walk)
    return
  }
  if (Array.isArray(before) && Array.isArray(after) && (holdsMaps(before) || holdsMaps(after))) {
    compareLists(before, after, path, walk)
    return
  }
  if (canonicalJson(before) !== canonicalJson(after) || before === undefined || after === undefined) {
    report(before, after, path, walk)
  }
}

function report(before: unknown, after: unknown, path: string, walk: Walk): void {
  if (walk.changes.length >= walk.limit) {
    walk.dropped += 1
    return
  }
  walk.changes.push({
    path,
    ...(before === undefined ? {} : { before: valueText(before, walk) }),
    ...(after === undefined ? {} : { after: valueText(after, walk) }),
  })
}

function valueText(value: unknown, walk: Walk): string {
  const text = canonicalJson(value)
  return text.length <= walk.valueLength ? text : `${text.slice(0, walk.valueLength)}…`
}

function compareMaps(before: Record<string, unknown>, after: Record<string, unknown>, path: string, walk: Walk): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  for (const name of [...names].sort()) compare(own(before, name), own(after, name), memberPath(path, name), walk)
}

function own(map: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

const plainName = /^[A-Za-z0-9_-]+$/

/** Names with dots or slashes, as of annotations, go in brackets: `metadata.annotations[example.com/owner]`. */
function memberPath(path: string, name: string): string {
  if (!plainName.test(name)) return `${path}[${name}]`
  return path === '' ? name : `${path}.${name}`
}

function holdsMaps(list: readonly unknown[]): boolean {
  return list.some(isRecord)
}

function compareLists(before: readonly unknown[], after: readonly unknown[], path: string, walk: Walk): void {
  const key = itemKey(before, after)
  if (key === undefined) {
    const length = Math.max(before.length, after.length)
    for (let index = 0; index < length; index++) compare(before[index], after[index], `${path}[${index}]`, walk)
    return
  }
  const old = byKey(before, key)
  const young = byKey(after, key)
  for (const [name, item] of old) compare(item, young.get(name), `${path}[${name}]`, walk)
  for (const [name, item] of young) if (!old.has(name)) compare(undefined, item, `${path}[${name}]`, walk)
}

/** What names the items of Kubernetes' lists, most telling first. */
const keyCandidates = [
  'name',
  'containerPort',
  'mountPath',
  'devicePath',
  'port',
  'key',
  'ip',
  'topologyKey',
  'type',
  'host',
  'path',
  'kind',
]

/** The first member that every item of both lists has, with no value twice in one list: what tells the items of a list apart. */
export function itemKey(before: readonly unknown[], after: readonly unknown[]): string | undefined {
  return keyCandidates.find((key) => isKeyOf(before, key) && isKeyOf(after, key))
}

function isKeyOf(list: readonly unknown[], key: string): boolean {
  const seen = new Set<unknown>()
  for (const item of list) {
    const value = isRecord(item) ? own(item, key) : undefined
    if (typeof value !== 'string' && typeof value !== 'number') return false
    if (seen.has(value)) return false
    seen.add(value)
  }
  return true
}

function byKey(list: readonly unknown[], key: string): Map<string, unknown> {
  return new Map(list.map((item) => [String((item as Record<string, unknown>)[key]), item]))
}
