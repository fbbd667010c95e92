/** The parameters a binding gives to a policy: objects of a kind, by name or by label. Reads the store. */
import { groupOf, type KubeObject, versionOf } from '../../kube/object.ts'
import type { ClusterState } from '../cluster-state.ts'
import { selectorMatches } from '../validation/common.ts'
import { type Data, dataAt, isData } from '../values.ts'

export type Params = { readonly found: readonly (KubeObject | undefined)[] } | { readonly problem: string }

/** One undefined when the policy takes none. */
export function paramsOf(state: ClusterState, spec: Data, bound: Data, subject: KubeObject | undefined): Params {
  const kind = spec['paramKind']
  const reference = bound['paramRef']
  if (!isData(kind) || !isData(reference)) return { found: [undefined] }
  const apiVersion = String(kind['apiVersion'])
  const group = groupOf(apiVersion)
  const version = versionOf(apiVersion)
  const resource = state.resources.ofKind({ group, kind: String(kind['kind']) }, version)
  if (resource === undefined)
    return { problem: `paramKind kind \`${group}/${version}, Kind=${String(kind['kind'])}\` not known` }
  const namespace = resource.namespaced ? String(reference['namespace'] ?? subject?.metadata.namespace ?? '') : ''
  const name = reference['name']
  const found =
    typeof name === 'string'
      ? [state.store.get(resource.storageKey, namespace, name)].flatMap((entry) => (entry === undefined ? [] : [entry]))
      : state.store
          .list(resource.storageKey, resource.namespaced ? namespace : undefined)
          .filter((entry) => selectorMatches(dataAt(reference, 'selector'), entry.labels ?? {}))
  if (found.length > 0) return { found: found.map((entry) => entry.object()) }
  if (reference['parameterNotFoundAction'] === 'Allow') return { found: [] }
  return { problem: 'no params found for policy binding with `Deny` parameterNotFoundAction' }
}
