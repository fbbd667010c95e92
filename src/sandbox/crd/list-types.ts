/** Items that are there twice in lists that are sets or have keys. Pure. */
import { duplicate, type FieldError } from '../status-error.ts'
import { type Data, dataAt, isData, listAt, own } from '../values.ts'

export function duplicateItems(value: unknown, schema: Data, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const errors = repeated(value, schema, path)
    const items = schema['items']
    if (isData(items)) errors.push(...value.flatMap((item, index) => duplicateItems(item, items, `${path}[${index}]`)))
    return errors
  }
  if (!isData(value)) return []
  const properties = dataAt(schema, 'properties')
  const others = schema['additionalProperties']
  return Object.entries(value).flatMap(([key, item]) => {
    const child = own(properties, key) ?? others
    if (!isData(child)) return []
    const at = own(properties, key) === undefined ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`
    return duplicateItems(item, child, at)
  })
}

/** Told at the second of them, once. */
function repeated(items: readonly unknown[], schema: Data, path: string): FieldError[] {
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String)
  const keyed = schema['x-kubernetes-list-type'] === 'map'
  if (!keyed && schema['x-kubernetes-list-type'] !== 'set') return []
  const errors: FieldError[] = []
  const seen = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const key = keyed
      ? Object.fromEntries(
          keys.filter((name) => isData(item) && item[name] !== undefined).map((name) => [name, (item as Data)[name]]),
        )
      : item
    const text = JSON.stringify(key)
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    if (count === 2) errors.push(duplicate(`${path}[${index}]`, key))
  }
  return errors
}
