/** Whole objects inside of custom objects: they say what they are. Pure. */
import { type FieldError, required } from '../status-error.ts'
import { type Data, dataAt, isData, own } from '../values.ts'

export function validateEmbedded(value: unknown, schema: Data, path: string): FieldError[] {
  if (Array.isArray(value)) {
    const items = schema['items']
    return isData(items) ? value.flatMap((item, index) => validateEmbedded(item, items, `${path}[${index}]`)) : []
  }
  if (!isData(value)) return []
  const errors: FieldError[] = []
  if (schema['x-kubernetes-embedded-resource'] === true) {
    for (const field of ['apiVersion', 'kind']) {
      if (value[field] === undefined || value[field] === '') {
        errors.push(required(`${path}.${field}`, value[field] === '' ? 'must not be empty' : ''))
      }
    }
  }
  const properties = dataAt(schema, 'properties')
  const others = schema['additionalProperties']
  for (const key in value) {
    const child = own(properties, key) ?? others
    if (isData(child)) errors.push(...validateEmbedded(value[key], child, path === '' ? key : `${path}.${key}`))
  }
  return errors
}
