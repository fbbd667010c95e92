/** Brings the sandbox to life: objects become ready, fail or hang on the given clock, as in a cluster. */

import type { KubeObject } from '../../kube/object.ts'
import { parseRefKey, refKey, refOf } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { ClusterEvent, SimulatedCluster } from './cluster.ts'
import type { Context, Controller } from './controller.ts'
import { podRef } from './controller.ts'
import { controllers } from './controllers.ts'
import { createKeyQueue } from './key-queue.ts'
import { createLabelIndex } from './label-index.ts'
import { createNodes } from './nodes.ts'
import { controllerOf, createOwnerIndex } from './owner-index.ts'
import { podLog } from './pod-log.ts'
import { createRecorder } from './recorder.ts'
import { timingAt } from './timing.ts'
import type { Pod, Service } from './types.ts'

export interface SimulationOptions {
  /** Default 2. */
  nodes?: number
  /** Divides every wait that no manifest states; default 1. */
  speed?: number
  /** Events kept at most; default 1,000. */
  events?: number
  /** A controller could not finish; it is tried again. */
  onError?: (error: unknown, key: string) => void
}

export interface Simulation extends Disposable {
  /** The last lines of a container's log; undefined when there is no such pod or container. */
  logs(namespace: string, pod: string, container?: string, tailLines?: number): string | undefined
}

/** Waits between attempts at a key whose controller failed; then it waits for the next change. */
const retryMs = [100, 1_000, 5_000, 30_000]

/** Takes over what is there and follows what comes, until disposed. */
export function startSimulation(cluster: SimulatedCluster, clock: Clock, options: SimulationOptions = {}): Simulation {
  const { nodes = 2, speed = 1, events, onError } = options
  const recorder = createRecorder(cluster, clock, events === undefined ? {} : { keep: events })
  const context: Context = {
    cluster,
    clock,
    timing: timingAt(speed),
    owned: createOwnerIndex(),
    pods: createLabelIndex(),
    recorder,
  }
  const services = createLabelIndex()
  const byKind = new Map<string, Controller>()
  const nodeNames = Array.from({ length: nodes }, (_, i) => `sandbox-${i + 1}`)
  for (const controller of controllers(nodeNames)) {
    byKind.set(`${controller.kind.group}/${controller.kind.kind}`, controller)
  }
  const failures = new Map<string, number>()
  const queue = createKeyQueue(clock, work)
  /** The key whose controller is writing now: its own writes are no news to it. */
  let working = ''

  function work(key: string): void {
    const ref = parseRefKey(key)
    const object = cluster.get(ref)
    const controller = byKind.get(`${ref.group}/${ref.kind}`)
    if (object === undefined || controller === undefined) {
      queue.drop(key)
      return
    }
    working = key
    try {
      const next = controller.reconcile(context, object)
      if (failures.size > 0) failures.delete(key)
      if (next === undefined) queue.rest(key)
      else queue.addAfter(key, next)
    } catch (error) {
      const attempt = failures.get(key) ?? 0
      const wait = retryMs[attempt]
      if (wait === undefined) failures.delete(key)
      else {
        failures.set(key, attempt + 1)
        queue.addAfter(key, wait)
      }
      onError?.(error, key)
    } finally {
      working = ''
    }
  }

  function follow({ type, object }: ClusterEvent): void {
    if (object.kind === 'Event') return
    const deleted = type === 'DELETED'
    context.owned.note(object, deleted)
    const owner = controllerOf(object)
    if (owner !== undefined) enqueueOwner(object, type)
    if (object.apiVersion === 'v1') noteCore(object, deleted)
    const ref = refOf(object)
    const controller = byKind.get(`${ref.group}/${ref.kind}`)
    if (controller === undefined) return
    const key = refKey(ref)
    if (deleted) {
      queue.drop(key)
      failures.delete(key)
      controller.forget?.(context, object)
    } else if (key !== working) queue.add(key)
  }

  function enqueueOwner(object: KubeObject, type: ClusterEvent['type']): void {
    const owner = controllerOf(object)
    if (owner === undefined) return
    const ownerRef = refOf({ ...owner, metadata: { name: owner.name, namespace: object.metadata.namespace ?? '' } })
    if (!byKind.has(`${ownerRef.group}/${ownerRef.kind}`)) return
    const key = refKey(ownerRef)
    // A controller has counted what it just made; what it changed or removed it wants to see again.
    if (key !== working || type !== 'ADDED') queue.add(key)
  }

  /** Services follow the pods they select. */
  function noteCore(object: KubeObject, deleted: boolean): void {
    const { namespace = '', name = '', labels } = object.metadata
    if (object.kind === 'Service') {
      if (deleted) services.forget(namespace, name)
      else services.note(object, (object as Service).spec?.selector)
    }
    if (object.kind !== 'Pod') return
    if (deleted) context.pods.forget(namespace, name)
    else context.pods.note(object, labels)
    for (const service of services.matchedBy(namespace, labels ?? {})) {
      queue.add(refKey({ group: '', kind: 'Service', namespace, name: service }))
    }
  }

  const unsubscribe = cluster.subscribe(follow)
  for (const { kind } of byKind.values()) for (const object of cluster.list(kind)) follow({ type: 'ADDED', object })
  createNodes(context, nodes)

  return {
    logs: (namespace, pod, container, tailLines) => {
      const found = cluster.get(podRef(namespace, pod)) as Pod | undefined
      return found === undefined ? undefined : podLog(found, container, context.timing, tailLines)
    },
    [Symbol.dispose]: () => {
      unsubscribe()
      queue.stop()
      recorder.stop()
    },
  }
}
