/** Keeps the number of writers an object remembers small: the oldest share one entry per version. Pure. */
import { union } from './field-set.ts'
import { type Manager, type Managers, managerKey } from './managers.ts'

const MOST = 10
const BUCKET = 'ancient-changes'

/** Changes the map. Appliers are never folded. */
export function capUpdateManagers(managers: Managers): Managers {
  const writers = [...managers].filter(([, manager]) => manager.operation === 'Update')
  let count = writers.length
  if (count <= MOST) return managers
  writers.sort(([a, left], [b, right]) => text(left.time ?? '', right.time ?? '') || text(a, b))
  const first = new Map<string, string>()
  for (const [key, manager] of writers) {
    if (count <= MOST) break
    const before = first.get(manager.apiVersion)
    if (before === undefined) {
      first.set(manager.apiVersion, key)
      continue
    }
    const identity = { name: BUCKET, operation: 'Update' as const, apiVersion: manager.apiVersion, subresource: '' }
    const bucket = managerKey(identity)
    const held = managers.get(bucket) ?? managers.get(before)!
    if (!managers.has(bucket)) managers.delete(before)
    const joined: Manager = { ...identity, time: manager.time, fields: union(manager.fields, held.fields) }
    managers.delete(key)
    managers.set(bucket, joined)
    count--
  }
  return managers
}

function text(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
