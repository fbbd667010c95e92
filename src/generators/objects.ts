/** What generators ask a cluster for, answered from a list of objects: the files of an offline question, or Git. Pure. */
import type { GeneratorContext } from '../delivery/applicationset/context.ts'
import { selects } from '../delivery/applicationset/selector.ts'
import { getString, getStringMap } from '../kube/fields.ts'
import type { KubeObject } from '../kube/object.ts'

type Reads = Pick<GeneratorContext, 'clusters' | 'configMap' | 'secret' | 'objects'>

/** An object without a namespace is taken to be where it is looked for. */
export function objectReads(objects: readonly KubeObject[]): Reads {
  const isIn = (object: KubeObject, namespace: string) => (object.metadata.namespace ?? namespace) === namespace
  const find = (kind: string, name: string, namespace: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === name && isIn(one, namespace))
  return {
    clusters: async () => objects.filter(isClusterSecret),
    configMap: async (name, namespace) => find('ConfigMap', name, namespace),
    secret: async (name, namespace) => find('Secret', name, namespace),
    objects: async ({ apiVersion, kind, namespace, name, selector }) =>
      objects.filter(
        (one) =>
          one.apiVersion === apiVersion &&
          isKind(one.kind, kind) &&
          isIn(one, namespace) &&
          (name === undefined || one.metadata.name === name) &&
          (selector === undefined || selects(selector, getStringMap(one, 'metadata', 'labels'))),
      ),
  }
}

export function isClusterSecret(object: KubeObject): boolean {
  return (
    object.kind === 'Secret' && getString(object, 'metadata', 'labels', 'argocd.argoproj.io/secret-type') === 'cluster'
  )
}

/** `kind` may be a kind or the name of its resource: placementdecisions. */
function isKind(kind: string, wanted: string): boolean {
  const lower = kind.toLowerCase()
  const asked = wanted.toLowerCase()
  return [lower, `${lower}s`, `${lower}es`, lower.replace(/y$/, 'ies')].includes(asked)
}
