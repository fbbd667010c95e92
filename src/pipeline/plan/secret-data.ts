/** `stringData` of a Secret as the `data` the server makes of it. Pure. */
import { isRecord } from '../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../kube/object.ts'

/**
 * `stringData` is for writing only: nobody ever owns its fields, so what it says could neither drift nor be removed. Argo CD compares
 * Secrets in the same form. A member that is no text stays where it is, so that the server can refuse it in its own words.
 */
export function withSecretData(object: KubeObject): KubeObject {
  const plain = object['stringData']
  if (object.kind !== 'Secret' || groupOf(object.apiVersion) !== '' || !isRecord(plain)) return object
  const { stringData: _plain, ...rest } = object
  const data: Record<string, unknown> = isRecord(object['data']) ? { ...object['data'] } : {}
  const left: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(plain)) {
    if (typeof value === 'string') data[name] = Buffer.from(value, 'utf8').toString('base64')
    else left[name] = value
  }
  return { ...rest, data, ...(Object.keys(left).length === 0 ? {} : { stringData: left }) } as KubeObject
}
