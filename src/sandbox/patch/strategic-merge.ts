/**
 * Strategic merge patch, along the merge keys of built-in types. Pure: shares parts with its arguments.
 *
 * Directives: `$patch: replace|delete|merge`, `$retainKeys`, `$deleteFromPrimitiveList/FIELD`, `$setElementOrder/FIELD`.
 */
import { fieldType, type ListNode, type TypeNode } from '../schema/types.ts'
import { StatusError } from '../status-error.ts'
import { type Data, deepEqual, isData } from '../values.ts'

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
    const child = fieldType(type, key) ?? { kind: 'any' }
    if (Array.isArray(value)) result[key] = mergeList(result[key], value, child)
    else if (isData(value)) result[key] = mergeData(isData(result[key]) ? result[key] : {}, value, child)
    else result[key] = value
  }
  listDirectives(result, patch, type)
  return result
}

function mergeList(current: unknown, patch: readonly unknown[], type: TypeNode): unknown {
  if (type.kind !== 'list' || !type.patchMerge || !Array.isArray(current)) {
    return patch.filter((item) => !isDirective(item)).map((item) => (isData(item) ? withoutDirectives(item) : item))
  }
  if (patch.some((item) => isData(item) && item['$patch'] === 'replace')) {
    return patch.filter((item) => !isDirective(item))
  }
  return type.mergeKey === '' ? mergeScalars(current, patch) : mergeByKey(current, patch, type)
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
      throw new StatusError(
        500,
        '',
        `map: ${JSON.stringify(item)} does not contain declared merge key: ${type.mergeKey}`,
      )
    const at = result.findIndex((one) => isData(one) && one[type.mergeKey] === key)
    if (item['$patch'] === 'delete') {
      result = result.filter((one) => !(isData(one) && one[type.mergeKey] === key))
    } else if (at < 0) result.push(mergeData({}, item, type.items))
    else result[at] = mergeData(result[at] as Data, item, type.items)
  }
  return result
}

/** Deletions from lists of scalars, then the order the sender wants. */
function listDirectives(result: Data, patch: Data, type: TypeNode): void {
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
      if (Array.isArray(list) && child?.kind === 'list') result[field] = inOrder(list, wanted, child.mergeKey)
    }
  }
}

/** Named elements take the given order among themselves; the others stay where they are relative to what came before them. */
function inOrder(list: readonly unknown[], wanted: readonly unknown[], mergeKey: string): unknown[] {
  const keyOf = (item: unknown) => (mergeKey !== '' && isData(item) ? item[mergeKey] : item)
  const order = wanted.map(keyOf)
  const rank = (item: unknown) => order.findIndex((key) => deepEqual(key, keyOf(item)))
  const named = list.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b))
  let next = 0
  return list.map((item) => (rank(item) >= 0 ? named[next++] : item))
}

function isDirective(item: unknown): boolean {
  return isData(item) && typeof item['$patch'] === 'string'
}

function withoutDirectives(value: Data): Data {
  const result: Data = {}
  for (const key in value) if (!key.startsWith('$')) result[key] = value[key]
  return result
}
