/**
 * What a live object would look like if a manifest were applied to it, told without a server: for questions that are answered from
 * files. Pure. A running Halcyon asks the server instead (dry run), which knows every default.
 */
import { isRecord } from '../../kube/fields.ts'
import { extractOwned } from '../../kube/managed-fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import { compareQuantities } from '../../kube/quantity.ts'
import { itemKey } from './fields.ts'
import { isSecret, lastAppliedAnnotation } from './mask.ts'

/**
 * The live object with the manifest's values in it, and without what was applied before and is not in the manifest any more. Where
 * both mean the same (`1000m` and `1`, null and absent, `stringData` and `data`), the live value stands, so that the result differs
 * from `live` exactly where an apply would change something.
 */
export function expectedLive(desired: KubeObject, live: KubeObject): KubeObject {
  const wanted = isSecret(desired) ? withData(desired) : desired
  const before = appliedBefore(live)
  const merged = merge(wanted, live, before, '')
  return { ...(merged as KubeObject), apiVersion: live.apiVersion }
}

/** What kubectl or a server-side apply noted as applied; undefined when nobody did. */
function appliedBefore(live: KubeObject): unknown {
  const text = live.metadata.annotations?.[lastAppliedAnnotation]
  if (text !== undefined) {
    try {
      return JSON.parse(text) as unknown
    } catch {
      return undefined
    }
  }
  const applied = live.metadata.managedFields?.find((entry) => entry.operation === 'Apply' && !entry.subresource)
  return applied === undefined ? undefined : extractOwned(live, applied.fieldsV1)
}

function withData(secret: KubeObject): KubeObject {
  const { stringData, ...rest } = secret
  if (!isRecord(stringData)) return secret
  const encoded = Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')])
  return {
    ...rest,
    data: { ...(isRecord(rest['data']) ? rest['data'] : {}), ...Object.fromEntries(encoded) },
  } as KubeObject
}

function merge(desired: unknown, live: unknown, before: unknown, path: string): unknown {
  if (desired === null || desired === undefined) return live
  if (isRecord(desired))
    return mergeMaps(desired, isRecord(live) ? live : {}, isRecord(before) ? before : {}, path, live === undefined)
  if (Array.isArray(desired)) return mergeLists(desired, live, before, path)
  return sameScalar(desired, live, path) ? live : desired
}

function mergeMaps(
  desired: Record<string, unknown>,
  live: Record<string, unknown>,
  before: Record<string, unknown>,
  path: string,
  absent: boolean,
): unknown {
  const result: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(live)) {
    const gone = Object.hasOwn(before, name) && !Object.hasOwn(desired, name) && !isServerField(path, name)
    if (!gone) result[name] = value
  }
  for (const [name, value] of Object.entries(desired)) {
    if (path === '' && name === 'status') continue
    const merged = merge(value, own(live, name), own(before, name), path === '' ? name : `${path}.${name}`)
    if (merged !== undefined) result[name] = merged
  }
  // The server does not keep empty maps and lists of metadata, nor tells them from absent ones.
  return absent && path.startsWith('metadata.') && Object.keys(result).length === 0 ? undefined : result
}

function mergeLists(desired: readonly unknown[], live: unknown, before: unknown, path: string): unknown {
  if (!Array.isArray(live)) return desired.length === 0 ? live : desired
  const key = desired.every(isRecord) && live.every(isRecord) ? itemKey(desired, live) : undefined
  if (key === undefined) {
    // Lists of scalars, and lists without a key, are one value.
    const merged = desired.map((item, index) => merge(item, live[index], undefined, `${path}[]`))
    return merged
  }
  const old = new Map(listOf(before).map((item) => [item[key], item]))
  const mine = new Map((desired as Record<string, unknown>[]).map((item) => [item[key], item]))
  const kept = (live as Record<string, unknown>[]).flatMap((item) => {
    const wanted = mine.get(item[key])
    if (wanted !== undefined) return [merge(wanted, item, old.get(item[key]), `${path}[]`)]
    // Items that others added stay, as injected containers do; ours that left the manifest go.
    return old.has(item[key]) ? [] : [item]
  })
  const present = new Set((live as Record<string, unknown>[]).map((item) => item[key]))
  return [...kept, ...(desired as Record<string, unknown>[]).filter((item) => !present.has(item[key]))]
}

function listOf(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

const quantityPath =
  /(^|\.)(limits|requests|capacity|hard|min|max|default|defaultRequest|sizeLimit|divisor|storage|cpu|memory)(\.|$)/

function sameScalar(desired: unknown, live: unknown, path: string): boolean {
  if (desired === live) return true
  if (live === undefined) return false
  if (typeof desired === 'object' || typeof live === 'object') return false
  if (String(desired) === String(live) && typeof desired !== 'boolean' && typeof live !== 'boolean') {
    // An int-or-string may be written either way; the server keeps the manifest's, so only numbers of two sizes are the same.
    return (
      typeof desired === typeof live ||
      typeof desired === 'bigint' ||
      typeof live === 'bigint' ||
      quantityPath.test(path)
    )
  }
  if (!quantityPath.test(path)) return false
  return compareQuantities(desired as string | number, live as string | number) === 0
}

function isServerField(path: string, name: string): boolean {
  return path === ''
    ? name === 'status' || name === 'apiVersion' || name === 'kind'
    : path === 'metadata' && (name === 'namespace' || name === 'name')
}

function own(map: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}
