/** Fills in the defaults of a custom kind's schema. Pure: returns the value itself when nothing is missing. */
import { clone, type Data, dataAt, isData, own } from '../values.ts'

export function defaultCustom(value: unknown, schema: unknown): unknown {
  if (!isData(schema)) return value
  if (isData(value)) return defaultFields(value, schema)
  if (Array.isArray(value) && isData(schema['items'])) {
    let changed = false
    const result = value.map((item) => {
      const next = defaultCustom(item, schema['items'])
      if (next !== item) changed = true
      return next
    })
    return changed ? result : value
  }
  return value
}

function defaultFields(value: Data, schema: Data): Data {
  let result: Data | undefined
  for (const [name, property] of Object.entries(dataAt(schema, 'properties'))) {
    if (!isData(property)) continue
    let current = value[name]
    // A null where null is not allowed counts as left out.
    if (current === null && property['nullable'] !== true && property['default'] !== undefined) current = undefined
    if (current === undefined && property['default'] !== undefined) current = clone(property['default'])
    const next = defaultCustom(current, property)
    // Without a default it is left out for good.
    const dropped = next === null && property['nullable'] !== true && own(value, name) !== undefined
    if (next === own(value, name) && !dropped) continue
    result ??= { ...value }
    if (dropped) delete result[name]
    else result[name] = next
  }
  const values = schema['additionalProperties']
  if (isData(values)) {
    for (const name in value) {
      const next = defaultCustom(value[name], values)
      if (next === value[name]) continue
      result ??= { ...value }
      result[name] = next
    }
  }
  return result ?? value
}
