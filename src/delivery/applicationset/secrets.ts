/** Values out of Secrets and ConfigMaps that generators name. Pure but for the injected reads. */
import { getString } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { GeneratorContext } from './context.ts'

/** `stringData` wins over `data`, as on the server. Undefined when the key is absent. */
export function secretValue(secret: KubeObject, key: string): string | undefined {
  const plain = getString(secret, 'stringData', key)
  if (plain !== undefined) return plain
  const encoded = getString(secret, 'data', key)
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8')
}

/** The value a reference names; undefined without a reference. Throws naming what is missing, never a value. */
export async function secretRef(
  context: GeneratorContext,
  namespace: string,
  ref: { readonly secretName: string; readonly key: string } | undefined,
): Promise<string | undefined> {
  if (ref === undefined) return undefined
  const secret = await context.secret(ref.secretName, namespace)
  if (secret === undefined) throw new Error(`there is no Secret ${namespace}/${ref.secretName}`)
  const value = secretValue(secret, ref.key)
  if (value === undefined) throw new Error(`Secret ${namespace}/${ref.secretName} has no key ${ref.key}`)
  return value.trim()
}

export async function configMapRef(
  context: GeneratorContext,
  namespace: string,
  ref: { readonly configMapName: string; readonly key: string } | undefined,
): Promise<string | undefined> {
  if (ref === undefined) return undefined
  const map = await context.configMap(ref.configMapName, namespace)
  const value = map === undefined ? undefined : getString(map, 'data', ref.key)
  if (value === undefined) throw new Error(`ConfigMap ${namespace}/${ref.configMapName} has no key ${ref.key}`)
  return value
}
