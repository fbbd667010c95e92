/**
 * Strategic merge patch, along the merge keys of built-in types. Pure: shares parts with its arguments.
 *
 * Directives: `$patch: replace|delete|merge`, `$retainKeys`, `$deleteFromPrimitiveList/FIELD`, `$setElementOrder/FIELD`.
 */
import { fieldType, type ListNode, type TypeNode } from '../schema/types.ts'
import { StatusError } from '../status-error.ts'
import { type Data, deepEqual, isData } from '../values.ts'
import { goText } from './go-text.ts'

const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/'
const ELEMENT_ORDER = '$setElementOrder/'

export function applyStrategicMerge(document: unknown, patch: unknown, type: TypeNode): unknown {
  return isData(patch) ? mergeData(isData(document) ? document : {}, patch, type) : patch
}

function mergeData(document: Data, patch: Data, type: TypeNode): Data {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch)
  if (patch['$patch'] === 'delete') return {}
  const result: Data = { ...document }
  const retained = patch['$retainKeys']
  if (Array.isArray(retained)) for (const key in result) if (!retained.includes(key)) delete result[key]
  for (const key in patch) {
    if (key.startsWith('$')) continue
    const value = patch[key]
    if (value === null) {
      delete result[key]
      continue
    }
    // A directive about a map that is not there has nothing to work on.
    if (isData(value) && value['$patch'] !== undefined && result[key] === undefined) continue
    const child = fieldType(type, key) ?? { kind: 'any' }
    if (Array.isArray(value)) result[key] = mergeList(result[key], value, child)
    else if (isData(value)) result[key] = mergeData(isData(result[key]) ? result[key] : {}, value, child)
    else result[key] = value
  }
  listDirectives(document, result, patch, type)
  return result
}

function mergeList(current: unknown, patch: readonly unknown[], type: TypeNode): unknown {
  // Into nothing a list of merged items goes as it is, directives and all: the server then drops what it does not know.
  if (current === undefined && type.kind === 'list' && type.patchMerge && type.mergeKey !== '') return patch
  if (type.kind !== 'list' || !type.patchMerge || !Array.isArray(current)) {
    return patch.filter((item) => !isDirective(item)).map((item) => (isData(item) ? withoutDirectives(item) : item))
  }
  if (patch.some((item) => isData(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !isDirective(item))
  }
  const merged = type.mergeKey === '' ? mergeScalars(current, patch) : mergeByKey(current, patch, type)
  const wanted = patch.filter((item) => !isDirective(item))
  return inOrder(merged, wanted, current, type.mergeKey)
}

function mergeScalars(current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  return [...current, ...patch.filter((item) => !current.some((one) => deepEqual(one, item)))]
}

function mergeByKey(current: readonly unknown[], patch: readonly unknown[], type: ListNode): unknown[] {
  let result = [...current]
  for (const item of patch) {
    if (!isData(item)) continue
    const key = item[type.mergeKey]
    if (key === undefined)
      throw new StatusError(500, '', `map: ${goText(item)} does not contain declared merge key: ${type.mergeKey}`)
    const at = result.findIndex((one) => isData(one) && one[type.mergeKey] === key)
    if (item['$patch'] === 'delete') {
      result = result.filter((one) => !(isData(one) && one[type.mergeKey] === key))
    } else if (at < 0) result.push(mergeData({}, item, type.items))
    else result[at] = mergeData(result[at] as Data, item, type.items)
  }
  return result
}

/** Deletions from lists of scalars, then the order the sender wants. */
function listDirectives(document: Data, result: Data, patch: Data, type: TypeNode): void {
  for (const key in patch) {
    const wanted = patch[key]
    if (!Array.isArray(wanted)) continue
    if (key.startsWith(DELETE_PRIMITIVES)) {
      const field = key.slice(DELETE_PRIMITIVES.length)
      const list = result[field]
      if (Array.isArray(list)) result[field] = list.filter((one) => !wanted.some((gone) => deepEqual(gone, one)))
    } else if (key.startsWith(ELEMENT_ORDER)) {
      const field = key.slice(ELEMENT_ORDER.length)
      const list = result[field]
      const child = fieldType(type, field)
      if (Array.isArray(list) && child?.kind === 'list') {
        const before = document[field]
        result[field] = inOrder(list, wanted, Array.isArray(before) ? before : [], child.mergeKey)
      }
    }
  }
}

/**
 * The patch's items come in the order it names them, the others in the order they had. Between the two, an item that was in front of
 * the other before stays there; a new one goes in front: a container that is patched in becomes the first.
 */
function inOrder(
  list: readonly unknown[],
  wanted: readonly unknown[],
  before: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const keyOf = (item: unknown) => (mergeKey !== '' && isData(item) ? item[mergeKey] : item)
  const rank = (order: readonly unknown[], item: unknown) =>
    order.findIndex((one) => deepEqual(keyOf(one), keyOf(item)))
  const byRank = (order: readonly unknown[]) => (a: unknown, b: unknown) => rank(order, a) - rank(order, b)
  const named = list.filter((item) => rank(wanted, item) >= 0).sort(byRank(wanted))
  const others = list.filter((item) => rank(wanted, item) < 0).sort(byRank(before))
  const result: unknown[] = []
  for (const item of named) {
    const at = rank(before, item)
    while (others.length > 0 && at >= 0 && rank(before, others[0]) >= 0 && rank(before, others[0]) < at) {
      result.push(others.shift())
    }
    result.push(item)
  }
  return [...result, ...others]
}

function isDirective(item: unknown): boolean {
  return isData(item) && typeof item['$patch'] === 'string'
}

function withoutDirectives(value: Data): Data {
  const result: Data = {}
  for (const key in value) if (!key.startsWith('$')) result[key] = value[key]
  return result
}
