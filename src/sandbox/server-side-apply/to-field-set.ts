/** The set of fields a configuration speaks about: what an applier will own. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import { goText } from '../patch/go-text.ts'
import { ANY, type ListNode, type ScalarNode, type TypeNode } from '../schema/types.ts'
import { isData } from '../values.ts'
import { LEAF } from './field-set.ts'
import { itemKey } from './list-items.ts'
import { TypedError } from './typed-error.ts'

/** Throws TypedError when a field is not declared, has the wrong type, or a list names an item twice. */
export function toFieldSet(value: unknown, type: TypeNode): FieldsV1 {
  const problems: string[] = []
  const set = nodeOf(value, type, '', problems) ?? LEAF
  if (problems.length > 0) throw new TypedError(problems)
  return set
}

/** The node of a value; undefined when it holds no member of its own and has no children (an empty struct is its parent's leaf). */
function nodeOf(value: unknown, type: TypeNode, path: string, problems: string[]): FieldsV1 | undefined {
  if (value === null || value === undefined) return LEAF
  switch (type.kind) {
    case 'scalar': {
      const problem = scalarProblem(value, type)
      if (problem !== undefined) problems.push(`${path}: ${problem}`)
      return LEAF
    }
    case 'list':
      if (!Array.isArray(value)) {
        problems.push(`${path}: expected list, got ${goPrint(value)}`)
        return LEAF
      }
      return listNode(value, type, path, problems)
    case 'any':
      return isData(value) ? mapNode(value, type, path, problems) : LEAF
    default:
      if (!isData(value)) {
        problems.push(`${path}: expected map, got ${goPrint(value)}`)
        return LEAF
      }
      return mapNode(value, type, path, problems)
  }
}

function mapNode(
  value: Record<string, unknown>,
  type: TypeNode,
  path: string,
  problems: string[],
): FieldsV1 | undefined {
  const atomic = (type.kind === 'map' || type.kind === 'struct') && type.atomic
  const result: FieldsV1 = {}
  let some = false
  for (const key in value) {
    const declared = type.kind === 'struct' ? type.fields.get(key)?.type : undefined
    const childType =
      declared ??
      (type.kind === 'map'
        ? type.values
        : type.kind === 'any' || (type.kind === 'struct' && type.unknown === 'preserve')
          ? ANY
          : undefined)
    if (childType === undefined) {
      problems.push(`${path}.${key}: field not declared in schema`)
      continue
    }
    const node = nodeOf(value[key], childType, `${path}.${key}`, problems)
    // A declared field without anything in it that could be owned is not owned.
    if (node === undefined && declared !== undefined) continue
    some = true
    const own = node ?? LEAF
    result[`f:${key}`] = declared === undefined && hasChildren(own) ? { '.': LEAF, ...own } : own
  }
  if (atomic) return LEAF
  return some || isEmptyData(value) ? result : undefined
}

function isEmptyData(value: Record<string, unknown>): boolean {
  for (const _ in value) return false
  return true
}

function hasChildren(node: FieldsV1): boolean {
  for (const key in node) if (key !== '.') return true
  return false
}

function listNode(items: readonly unknown[], type: ListNode, path: string, problems: string[]): FieldsV1 | undefined {
  const result: FieldsV1 = {}
  for (const [index, item] of items.entries()) {
    if (type.listType === 'atomic') {
      nodeOf(item, type.items, `${path}[${index}]`, problems)
      continue
    }
    const key = itemKey(type, item)
    if (key === undefined) {
      problems.push(
        `${path}: element ${index}: associative list with keys has an element that omits all key fields ${quoted(type.keys)} (and doesn't have default values for any key fields)`,
      )
      continue
    }
    if (result[key] !== undefined) problems.push(`${path}: duplicate entries for key ${textOfKey(key)}`)
    const node = nodeOf(item, type.items, `${path}${textOfKey(key)}`, problems) ?? LEAF
    result[key] = hasChildren(node) ? { '.': LEAF, ...node } : LEAF
  }
  if (type.listType === 'atomic') return LEAF
  return items.length === 0 ? undefined : result
}

function quoted(keys: readonly string[]): string {
  return `[${keys.map((key) => JSON.stringify(key)).join(' ')}]`
}

function textOfKey(key: string): string {
  if (key.startsWith('v:')) return `[=${key.slice(2)}]`
  const keys = JSON.parse(key.slice(2)) as Record<string, unknown>
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`
}

/** What is wrong with a scalar; undefined when nothing. */
function scalarProblem(value: unknown, type: ScalarNode): string | undefined {
  switch (type.type) {
    case 'string':
    case 'time':
    case 'bytes':
      return typeof value === 'string'
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'integer':
    case 'number':
      return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${goPrint(value)}`
    default:
      // Quantities and ports by name or number may be any scalar here.
      return typeof value === 'object' ? `expected any scalar, got ${goPrint(value)}` : undefined
  }
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

/** As Go's %#v writes it. */
function goSyntax(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (isData(value)) {
    const fields = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`)
    return `map[string]interface {}{${fields.join(', ')}}`
  }
  return value === null ? 'interface {}(nil)' : (JSON.stringify(value) ?? '')
}

/** As Go's %v writes what holds a value. */
function goPrint(value: unknown): string {
  return `&{${goText(value)}}`
}
