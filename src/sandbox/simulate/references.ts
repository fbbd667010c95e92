/** ConfigMaps and Secrets that a pod refers to and that are not there. Pure but for the lookup it is given. */
import type { KubeObject } from '../../kube/object.ts'
import type { ConfigReference, Container, PodSpec } from './types.ts'

/** Finds a ConfigMap or Secret in the pod's namespace. */
export type Lookup = (kind: 'ConfigMap' | 'Secret', name: string) => KubeObject | undefined

/** The kubelet's words for the first thing a container's environment lacks. */
export function missingEnvironment(container: Container, namespace: string, lookup: Lookup): string | undefined {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const missing =
      missingReference('ConfigMap', configMapRef, namespace, lookup) ??
      missingReference('Secret', secretRef, namespace, lookup)
    if (missing !== undefined) return missing
  }
  for (const { valueFrom } of container.env ?? []) {
    const missing =
      missingReference('ConfigMap', valueFrom?.configMapKeyRef, namespace, lookup) ??
      missingReference('Secret', valueFrom?.secretKeyRef, namespace, lookup)
    if (missing !== undefined) return missing
  }
  return undefined
}

function missingReference(
  kind: 'ConfigMap' | 'Secret',
  reference: ConfigReference | undefined,
  namespace: string,
  lookup: Lookup,
): string | undefined {
  if (reference?.name === undefined || reference.optional === true) return undefined
  const object = lookup(kind, reference.name)
  if (object === undefined) return `${kind.toLowerCase()} "${reference.name}" not found`
  if (reference.key === undefined) return undefined
  const values = { ...(object['binaryData'] as object | undefined), ...(object['data'] as object | undefined) }
  if (Object.hasOwn(values, reference.key)) return undefined
  return `couldn't find key ${reference.key} in ${kind} ${namespace}/${reference.name}`
}

/** Every namespace of a real cluster has it, and every pod mounts it with its token; here it is nowhere and always found. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt'

/** The kubelet's words for the first volume that cannot be set up. */
export function missingVolume(spec: PodSpec, lookup: Lookup): string | undefined {
  for (const volume of spec.volumes ?? []) {
    const secret = volume.secret
    const references: ['ConfigMap' | 'Secret', ConfigReference | undefined][] = [
      ['ConfigMap', volume.configMap],
      ['Secret', secret === undefined ? undefined : { ...secret, name: secret.secretName ?? '' }],
    ]
    for (const source of volume.projected?.sources ?? []) {
      references.push(['ConfigMap', source.configMap], ['Secret', source.secret])
    }
    for (const [kind, reference] of references) {
      if (!reference?.name || reference.optional === true || reference.name === ROOT_CERTIFICATE) continue
      if (lookup(kind, reference.name) !== undefined) continue
      const what = `${kind.toLowerCase()} "${reference.name}" not found`
      return `MountVolume.SetUp failed for volume "${volume.name}" : ${what}`
    }
  }
  return undefined
}
