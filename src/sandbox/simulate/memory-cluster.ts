/** A cluster in a few maps, for the tests of the simulation. Writes are as SimulatedCluster asks, without validation. */

import type { KubeObject, ObjectRef } from '../../kube/object.ts'
import { refKey, refOf } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { ClusterEvent, SimulatedCluster } from './cluster.ts'
import { jsonEqual } from './equal.ts'
import { timestamp } from './timing.ts'

export interface MemoryCluster extends SimulatedCluster {
  /** What a person applies: creates, or replaces all but the status. */
  apply(object: KubeObject): KubeObject
  /** Writes that the simulation made, per `kind/manager`. */
  readonly writes: ReadonlyMap<string, number>
}

export function createMemoryCluster(clock: Clock): MemoryCluster {
  const objects = new Map<string, KubeObject>()
  const listeners = new Set<(event: ClusterEvent) => void>()
  const writes = new Map<string, number>()
  let version = 0
  let uids = 0

  function emit(type: ClusterEvent['type'], object: KubeObject): void {
    for (const listener of listeners) listener({ type, object })
  }

  function put(type: 'ADDED' | 'MODIFIED', object: KubeObject, manager: string): KubeObject {
    const stored: KubeObject = freeze({
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(++version) },
    })
    objects.set(refKey(refOf(object)), stored)
    const counter = `${object.kind}/${manager}`
    writes.set(counter, (writes.get(counter) ?? 0) + 1)
    emit(type, stored)
    return stored
  }

  function must(object: KubeObject): KubeObject {
    const live = objects.get(refKey(refOf(object)))
    if (live === undefined) throw new Error(`${object.kind} ${object.metadata.name} not found`)
    return live
  }

  function create(object: KubeObject, manager: string): KubeObject {
    const key = refKey(refOf(object))
    if (objects.has(key)) throw new Error(`${key} already exists`)
    const metadata = {
      ...object.metadata,
      uid: `uid-${++uids}`,
      generation: 1,
      creationTimestamp: timestamp(clock.now()),
    }
    return put('ADDED', { ...object, metadata }, manager)
  }

  function update(object: KubeObject, manager: string): KubeObject {
    const live = must(object)
    const changed = !jsonEqual(live['spec'], object['spec'])
    const { uid, creationTimestamp } = live.metadata
    const metadata = {
      ...object.metadata,
      uid,
      creationTimestamp,
      generation: (live.metadata.generation ?? 1) + (changed ? 1 : 0),
    }
    return put('MODIFIED', { ...object, metadata: metadata as KubeObject['metadata'], status: live['status'] }, manager)
  }

  function remove(ref: ObjectRef): void {
    const live = objects.get(refKey(ref))
    if (live === undefined) return
    objects.delete(refKey(ref))
    emit('DELETED', live)
    for (const other of [...objects.values()]) {
      if (other.metadata.ownerReferences?.some((owner) => owner.uid === live.metadata.uid)) remove(refOf(other))
    }
  }

  return {
    writes,
    get: (ref) => objects.get(refKey(ref)),
    list: (kind, namespace) =>
      [...objects.values()].filter((object) => {
        const ref = refOf(object)
        const inNamespace = namespace === undefined || ref.namespace === namespace
        return ref.group === kind.group && ref.kind === kind.kind && inNamespace
      }),
    create,
    update,
    updateStatus: (object, manager, annotations = {}) => {
      const live = must(object)
      const metadata = { ...live.metadata, annotations: { ...live.metadata.annotations, ...annotations } }
      return put('MODIFIED', { ...live, metadata, status: object['status'] }, manager)
    },
    delete: remove,
    apply: (object) => (objects.has(refKey(refOf(object))) ? update(object, 'person') : create(object, 'person')),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function freeze<T>(value: T): T {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) freeze(member)
  }
  return value
}
