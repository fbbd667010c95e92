/** Secrets are masked when a value is built, before anybody can print, log or store it. Pure. */
import { createHmac } from 'node:crypto'
import { canonicalJson } from '../../kube/canonical.ts'
import { isRecord } from '../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../kube/object.ts'

export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** Four hex digits: enough to see that a value changed, far too few to tell which of many guesses is right. */
const digestChars = 4

export function isSecret(object: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return object.kind === 'Secret' && groupOf(object.apiVersion) === ''
}

/**
 * The object without its secret values: `data` and `stringData` of a Secret, and kubectl's last-applied annotation of anything, which
 * may repeat them. A masked value is `***` and a short digest: equal values give equal masks. `salt` makes masks of one installation
 * useless elsewhere. Returns the object itself when there is nothing to mask.
 */
export function maskObject(object: KubeObject, salt = ''): KubeObject {
  const lastApplied = object.metadata.annotations?.[lastAppliedAnnotation]
  const secret = isSecret(object)
  if (!secret && lastApplied === undefined) return object
  const masked = { ...object }
  if (lastApplied !== undefined) {
    const annotations = { ...object.metadata.annotations, [lastAppliedAnnotation]: mask(lastApplied, salt) }
    masked.metadata = { ...object.metadata, annotations }
  }
  if (secret) {
    if ('data' in object) masked['data'] = maskMembers(object['data'], (value) => mask(decoded(value), salt))
    if ('stringData' in object) masked['stringData'] = maskMembers(object['stringData'], (value) => mask(value, salt))
  }
  return masked
}

/** `***1f3a` for one value. */
export function mask(value: unknown, salt = ''): string {
  const text = typeof value === 'string' ? value : canonicalJson(value)
  return `***${createHmac('sha256', salt).update(text).digest('hex').slice(0, digestChars)}`
}

/** Anything but a map (a broken manifest) may still hold the secret, so it is masked whole. */
function maskMembers(map: unknown, maskOne: (value: unknown) => string): unknown {
  if (map === null || map === undefined) return map
  if (!isRecord(map)) return maskOne(map)
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, maskOne(value)]))
}

/** So that the same value has the same mask in `data` and in `stringData`. */
function decoded(value: unknown): unknown {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : value
}
