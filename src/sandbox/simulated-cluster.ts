/** The sandbox as its simulated controllers see it: synchronous reads and writes over the store. */
import { groupOf, type KubeObject, versionOf } from '../kube/object.ts'
import { type ClusterState, objectAs } from './cluster-state.ts'
import { deleteEntry } from './deletion.ts'
import { readObject } from './read-object.ts'
import type { Resource } from './resources.ts'
import type { SimulatedCluster } from './simulate/cluster.ts'
import { notFound } from './status-error.ts'
import type { Entry } from './store.ts'
import { dataAt } from './values.ts'
import { createObject, replaceObject } from './write.ts'

/** Writes throw StatusError as the API would answer. */
export function simulatedCluster(state: ClusterState): SimulatedCluster {
  function resourceFor(object: KubeObject): Resource {
    const group = groupOf(object.apiVersion)
    const resource = state.resources.ofKind({ group, kind: object.kind }, versionOf(object.apiVersion))
    if (resource === undefined) throw new Error(`Cannot find the resource of ${object.apiVersion} ${object.kind}`)
    return resource
  }

  function current(resource: Resource, object: KubeObject): Entry {
    const { namespace = '', name = '' } = object.metadata
    const entry = state.store.get(resource.storageKey, namespace, name)
    if (entry === undefined) throw notFound(resource, name)
    return entry
  }

  return {
    get(ref) {
      const resource = state.resources.ofKind(ref)
      const entry = resource && state.store.get(resource.storageKey, ref.namespace, ref.name)
      return resource && entry && objectAs(resource, entry)
    },
    list(kind, namespace) {
      const resource = state.resources.ofKind(kind)
      if (resource === undefined) return []
      return state.store.list(resource.storageKey, namespace).map((entry) => objectAs(resource, entry))
    },
    create(object, manager) {
      const resource = resourceFor(object)
      return createObject(state, resource, readObject(resource, object, QUIET), { manager }).object
    },
    update(object, manager) {
      const resource = resourceFor(object)
      const entry = current(resource, object)
      const options = { manager, part: isPlacement(objectAs(resource, entry), object) }
      return replaceObject(state, resource, entry, readObject(resource, object, QUIET), options).object
    },
    updateStatus(object, manager, annotations) {
      const resource = resourceFor(object)
      const { apiVersion, kind, metadata } = object
      const partial = readObject(
        resource,
        { apiVersion, kind, metadata: { name: metadata.name }, status: object['status'] ?? {} },
        QUIET,
      )
      const entry = current(resource, object)
      const live = objectAs(resource, entry)
      const added = annotations === undefined ? {} : { annotations: { ...live.metadata.annotations, ...annotations } }
      const next = { ...live, metadata: { ...live.metadata, ...added }, status: partial['status'] }
      const options = { manager, subresource: 'status', defaulted: true }
      return replaceObject(state, resource, entry, next, options).object
    },
    delete(ref) {
      const resource = state.resources.ofKind(ref)
      const entry = resource && state.store.get(resource.storageKey, ref.namespace, ref.name)
      if (resource !== undefined && entry !== undefined)
        deleteEntry(state, resource, entry, { propagation: 'Background' })
    },
    subscribe(listener) {
      return state.store.subscribe(({ type, entry }) => listener({ type, object: entry.object() }))
    },
  }
}

/** Is this the scheduler's write, which puts a pod on a node? It may, where an update may not. */
function isPlacement(live: KubeObject, next: KubeObject): boolean {
  const placed = (pod: KubeObject) => dataAt(pod, 'spec')['nodeName'] !== undefined
  return live.kind === 'Pod' && !placed(live) && placed(next)
}

const QUIET = { fieldValidation: 'Ignore', warn: () => {} } as const
