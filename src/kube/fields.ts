/** Typed reads from unknown trees: a wrong type reads as absent, never as an exception. Pure. */

/** One step of a path: a member name, or an index into a list. */
export type Step = string | number

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path, or undefined where the path leaves the tree. Inherited members do not count. */
export function getField(tree: unknown, ...path: readonly Step[]): unknown {
  let value = tree
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<Step, unknown>)[step]
  }
  return value
}

export function getString(tree: unknown, ...path: readonly Step[]): string | undefined {
  const value = getField(tree, ...path)
  return typeof value === 'string' ? value : undefined
}

/** A finite number; a bigint (an integer beyond 2^53) is rounded. */
export function getNumber(tree: unknown, ...path: readonly Step[]): number | undefined {
  const value = getField(tree, ...path)
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function getBoolean(tree: unknown, ...path: readonly Step[]): boolean | undefined {
  const value = getField(tree, ...path)
  return typeof value === 'boolean' ? value : undefined
}

const noItems: readonly unknown[] = Object.freeze([])

/** The list at a path; absent reads as empty, as Kubernetes means it. */
export function getList(tree: unknown, ...path: readonly Step[]): readonly unknown[] {
  const value = getField(tree, ...path)
  return Array.isArray(value) ? value : noItems
}

export function getRecord(tree: unknown, ...path: readonly Step[]): Record<string, unknown> | undefined {
  const value = getField(tree, ...path)
  return isRecord(value) ? value : undefined
}

/** A map of strings such as labels; members of other types are left out. Absent reads as empty. */
export function getStringMap(tree: unknown, ...path: readonly Step[]): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [key, value] of Object.entries(getRecord(tree, ...path) ?? {})) {
    if (typeof value === 'string') result[key] = value
  }
  return result
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  readonly observedGeneration: number | undefined
}

/** The condition of a type in `status.conditions`, or undefined. */
export function getCondition(object: unknown, type: string): Condition | undefined {
  for (const item of getList(object, 'status', 'conditions')) {
    if (getString(item, 'type') !== type) continue
    return {
      type,
      status: getString(item, 'status') ?? 'Unknown',
      reason: getString(item, 'reason') ?? '',
      message: getString(item, 'message') ?? '',
      lastTransitionTime: getString(item, 'lastTransitionTime') ?? '',
      observedGeneration: getNumber(item, 'observedGeneration'),
    }
  }
  return undefined
}
