/** Makes the declared fields on the way to a member members too: a struct goes when its last owned field goes. Pure. */
import type { FieldsV1 } from '../../kube/object.ts'
import { ANY, fieldType, type TypeNode } from '../schema/types.ts'
import { EMPTY, isEmpty } from './field-set.ts'

export function namedFields(set: FieldsV1, type: TypeNode): FieldsV1 {
  if (isEmpty(set)) return set
  const result: FieldsV1 = {}
  for (const key in set) {
    const node = set[key]!
    if (key === '.' || isEmpty(node)) {
      result[key] = node
      continue
    }
    const name = key.startsWith('f:') ? key.slice(2) : undefined
    const child = name === undefined ? (type.kind === 'list' ? type.items : ANY) : (fieldType(type, name) ?? ANY)
    const inner = namedFields(node, child)
    const declared = name !== undefined && type.kind === 'struct' && type.fields.has(name)
    result[key] = declared && !('.' in inner) ? { '.': EMPTY, ...inner } : inner
  }
  return result
}
