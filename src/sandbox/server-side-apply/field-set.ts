/**
 * Sets of fields in the form of managedFields (fieldsV1), and the algebra on them. Pure.
 *
 * A node is a member when it is empty or has the key `.`; other keys are children (`f:name`, `k:{...}`, `v:...`). Sets are
 * shared between objects: no function here changes its arguments. The root is never a member itself; `{}` is the empty set.
 */
import type { FieldsV1 } from '../../kube/object.ts'

export const EMPTY: FieldsV1 = Object.freeze({})

/** A leaf: a member without children. */
export const LEAF: FieldsV1 = EMPTY

const SELF = '.'

export function isEmpty(set: FieldsV1): boolean {
  for (const _ in set) return false
  return true
}

/** Is this (non-root) node itself in the set? */
export function isMember(node: FieldsV1): boolean {
  return SELF in node || isEmpty(node)
}

/** A node from its children and its own membership; undefined when nothing is left. */
function nodeOf(children: FieldsV1 | undefined, member: boolean): FieldsV1 | undefined {
  if (children === undefined) return member ? LEAF : undefined
  if (member) children[SELF] = EMPTY
  return children
}

export function union(a: FieldsV1, b: FieldsV1): FieldsV1 {
  if (isEmpty(a)) return b
  if (isEmpty(b)) return a
  const result: FieldsV1 = { ...a }
  for (const key in b) {
    const right = b[key]!
    const left = a[key]
    result[key] = left === undefined ? right : key === SELF ? EMPTY : unionNode(left, right)
  }
  return result
}

function unionNode(a: FieldsV1, b: FieldsV1): FieldsV1 {
  if (a === b) return a
  const member = isMember(a) || isMember(b)
  const joined = union(a, b)
  if (!member || isEmpty(joined) || SELF in joined) return joined
  return { [SELF]: EMPTY, ...joined }
}

/** What is in `a` and not in `b`. */
export function difference(a: FieldsV1, b: FieldsV1): FieldsV1 {
  if (a === b) return EMPTY
  return childrenOf(a, b, differenceNode, true) ?? EMPTY
}

function differenceNode(a: FieldsV1, b: FieldsV1): FieldsV1 | undefined {
  if (a === b) return undefined
  return nodeOf(childrenOf(a, b, differenceNode, true), isMember(a) && !isMember(b))
}

/** What is in both. */
export function intersection(a: FieldsV1, b: FieldsV1): FieldsV1 {
  if (a === b) return a
  return childrenOf(a, b, intersectionNode, false) ?? EMPTY
}

function intersectionNode(a: FieldsV1, b: FieldsV1): FieldsV1 | undefined {
  if (a === b) return a
  return nodeOf(childrenOf(a, b, intersectionNode, false), isMember(a) && isMember(b))
}

function childrenOf(
  a: FieldsV1,
  b: FieldsV1,
  combine: (a: FieldsV1, b: FieldsV1) => FieldsV1 | undefined,
  keepUnmatched: boolean,
): FieldsV1 | undefined {
  let result: FieldsV1 | undefined
  for (const key in a) {
    if (key === SELF) continue
    const other = b[key]
    const node = other === undefined ? (keepUnmatched ? a[key] : undefined) : combine(a[key]!, other)
    if (node === undefined) continue
    result ??= {}
    result[key] = node
  }
  return result
}

export function equal(a: FieldsV1, b: FieldsV1): boolean {
  if (a === b) return true
  let count = 0
  for (const key in a) {
    const other = b[key]
    if (other === undefined || !equal(a[key]!, other)) return false
    count++
  }
  for (const _ in b) count--
  return count === 0
}

/** Members as paths of keys, sorted. */
export function paths(set: FieldsV1): string[][] {
  const result: string[][] = []
  collect(set, [], result)
  return result
}

function collect(node: FieldsV1, path: readonly string[], result: string[][]): void {
  for (const key of Object.keys(node).sort()) {
    if (key === SELF) continue
    const child = node[key]!
    const here = [...path, key]
    if (isMember(child)) result.push(here)
    collect(child, here, result)
  }
}

/** `.spec.containers[name="app"].image`: how the API server writes a path in messages. */
export function pathText(path: readonly string[]): string {
  return path.map(stepText).join('')
}

function stepText(step: string): string {
  const body = step.slice(2)
  switch (step[0]) {
    case 'f':
      return `.${body}`
    case 'k': {
      const keys = JSON.parse(body) as Record<string, unknown>
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(',')}]`
    }
    case 'v':
      return `[=${body}]`
    default:
      return `[${body}]`
  }
}

/** The same set with keys in the order the API server writes them. */
export function ordered(set: FieldsV1): FieldsV1 {
  const keys = Object.keys(set)
  if (keys.length === 0) return EMPTY
  const result: FieldsV1 = {}
  for (const key of keys.sort()) result[key] = ordered(set[key]!)
  return result
}
