/** Which fields were added, changed and removed between two versions of an object, told along its type. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import { fieldType, type ListNode, type TypeNode } from '../schema/types.ts'
import { deepEqual, isData } from '../values.ts'
import { EMPTY, LEAF } from './field-set.ts'
import { allItems, keyedItems } from './list-items.ts'

export interface Comparison {
  added: FieldsV1
  modified: FieldsV1
  removed: FieldsV1
}

type Side = keyof Comparison

const SIDES: readonly Side[] = ['added', 'modified', 'removed']

type Delta = { [side in Side]?: FieldsV1 }

/** Absent and null differ: null is a value. `undefined` on either side means absent. */
export function compare(left: unknown, right: unknown, type: TypeNode): Comparison {
  const delta = compareNode(left, right, type)
  return { added: delta?.added ?? EMPTY, modified: delta?.modified ?? EMPTY, removed: delta?.removed ?? EMPTY }
}

function compareNode(left: unknown, right: unknown, type: TypeNode): Delta | undefined {
  if (left === right) return undefined
  if (type.kind === 'any' && isData(left) !== isData(right) && left != null && right != null) {
    // Free-form data that changes its form: what was in it goes, and it is another value.
    const delta: Delta = {}
    compareFields(asData(left), asData(right), type, delta)
    return { ...delta, modified: LEAF }
  }
  const kind = shapeOf(left, right, type)
  if (kind === 'leaf') return leafDelta(left, right)
  const delta: Delta = {}
  if (kind === 'list') compareItems(asList(left), asList(right), type as ListNode, delta)
  else compareFields(asData(left), asData(right), type, delta)
  if (left === undefined) delta.added = withSelf(delta.added)
  if (right === undefined) delta.removed = withSelf(delta.removed)
  return delta
}

/** Empty or null on both sides counts as a leaf, so that the difference between them is kept. */
function shapeOf(left: unknown, right: unknown, type: TypeNode): 'leaf' | 'list' | 'map' {
  const some = left ?? right
  if (type.kind === 'scalar') return 'leaf'
  if (type.kind === 'list') {
    if (type.listType === 'atomic' || !Array.isArray(some)) return 'leaf'
    return asList(left).length === 0 && asList(right).length === 0 ? 'leaf' : 'list'
  }
  if ((type.kind === 'map' || type.kind === 'struct') && type.atomic) return 'leaf'
  if (!isData(some) || (left != null && !isData(left)) || (right != null && !isData(right))) return 'leaf'
  return isEmptyData(left) && isEmptyData(right) ? 'leaf' : 'map'
}

function leafDelta(left: unknown, right: unknown): Delta | undefined {
  if (left === undefined) return { added: LEAF }
  if (right === undefined) return { removed: LEAF }
  return deepEqual(left, right) ? undefined : { modified: LEAF }
}

function compareFields(
  left: Record<string, unknown>,
  right: Record<string, unknown>,
  type: TypeNode,
  delta: Delta,
): void {
  for (const key in right) {
    const child = fieldType(type, key)
    if (child !== undefined) join(delta, `f:${key}`, compareNode(left[key], right[key], child))
  }
  for (const key in left) {
    if (key in right) continue
    const child = fieldType(type, key)
    if (child !== undefined) join(delta, `f:${key}`, compareNode(left[key], undefined, child))
  }
}

function compareItems(left: readonly unknown[], right: readonly unknown[], type: ListNode, delta: Delta): void {
  const before = keyedItems(type, left)
  const after = keyedItems(type, right)
  if (before.size === left.length && after.size === right.length) {
    for (const [key, item] of after) join(delta, key, compareNode(before.get(key), item, type.items))
    for (const [key, item] of before) {
      if (!after.has(key)) join(delta, key, compareNode(item, undefined, type.items))
    }
    return
  }
  // Keys that are there twice: what they hold is one value that nobody looks into.
  const many = { left: allItems(type, left), right: allItems(type, right) }
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const olds = many.left.get(key) ?? []
    const news = many.right.get(key) ?? []
    if (olds.length < 2 && news.length < 2) join(delta, key, compareNode(olds[0], news[0], type.items))
    else if (olds.length > 1 && news.length > 1)
      join(delta, key, deepEqual(olds, news) ? undefined : { modified: LEAF })
    else if (olds.length > 1) {
      if (news.length > 0) join(delta, key, compareNode(undefined, news[0], type.items))
      join(delta, key, { removed: LEAF })
    } else {
      if (olds.length > 0) join(delta, key, compareNode(olds[0], undefined, type.items))
      join(delta, key, { added: LEAF })
    }
  }
}

function join(delta: Delta, key: string, child: Delta | undefined): void {
  if (child === undefined) return
  for (const side of SIDES) {
    const node = child[side]
    if (node === undefined) continue
    delta[side] ??= {}
    delta[side][key] = node
  }
}

function withSelf(node: FieldsV1 | undefined): FieldsV1 {
  return node === undefined || node === LEAF ? LEAF : { '.': EMPTY, ...node }
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function asData(value: unknown): Record<string, unknown> {
  return isData(value) ? value : {}
}

function isEmptyData(value: unknown): boolean {
  if (!isData(value)) return true
  for (const _ in value) return false
  return true
}
