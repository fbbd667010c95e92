/** What every verb works on: the store, what is served, the clock. Types, and small readings of them. */

import type { KubeObject } from '../kube/object.ts'
import type { Clock } from '../runtime/clock.ts'
import type { TokenKey } from './access/tokens.ts'
import { convertTo } from './convert.ts'
import { groupVersion, type Resource, type Resources } from './resources.ts'
import type { Entry, Store } from './store.ts'

export interface ClusterState {
  readonly store: Store
  readonly resources: Resources
  readonly clock: Clock
  /** A new uid for every object. */
  newUid(): string
  /** Makes and checks tokens of ServiceAccounts. */
  readonly tokenKey: TokenKey
  /** The lines of a container's log; undefined when there is none. */
  logs?: (
    namespace: string,
    pod: string,
    container: string | undefined,
    tailLines: number | undefined,
  ) => string | undefined
}

/** Now as Kubernetes writes times: whole seconds. */
export function timestamp(clock: Clock): string {
  return `${new Date(clock.now()).toISOString().slice(0, 19)}Z`
}

/** The object in the version the caller talks. Shared: never modify it. */
export function objectAs(resource: Resource, entry: Entry): KubeObject {
  return convertTo(resource, entry.object())
}

/** The JSON in the version the caller talks; the stored text itself when that is the same. */
export function jsonAs(resource: Resource, entry: Entry): string {
  return entry.json.startsWith(`{"apiVersion":"${groupVersion(resource)}",`)
    ? entry.json
    : JSON.stringify(objectAs(resource, entry))
}

/** The version in which objects are kept. */
export function storageResource(state: ClusterState, resource: Resource): Resource {
  const versions = state.resources.stored(resource.storageKey)
  const wanted = resource.custom?.storageVersion
  return versions.find((one) => one.version === wanted) ?? versions[0] ?? resource
}
