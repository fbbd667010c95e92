/** Writes Events as the components do: the same happening again is counted, not written anew; old ones go. */

import type { KubeObject } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { SimulatedCluster } from './cluster.ts'
import { fnv1a } from './hash.ts'
import { millis, timestamp } from './timing.ts'

export interface Happening {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `kubelet`, `default-scheduler`, `deployment-controller`, ... */
  readonly source: string
  readonly host?: string
  /** `spec.containers{app}` */
  readonly fieldPath?: string
}

export interface Recorder {
  record(about: KubeObject, happening: Happening): void
  stop(): void
}

interface EventObject extends KubeObject {
  count?: number
  lastTimestamp?: string
}

const eventKind = { group: '', kind: 'Event' }

/** `keep`: Events at most, the oldest go first; also gone after `ttlMs`. */
export function createRecorder(
  cluster: SimulatedCluster,
  clock: Clock,
  limits: { keep?: number; ttlMs?: number } = {},
): Recorder {
  const { keep = 1_000, ttlMs = 3_600_000 } = limits
  /** namespace/name to the time of the last sighting, least recently seen first. */
  const seen = new Map<string, number>()
  let cancel: (() => void) | undefined
  let stopped = false

  const existing = cluster
    .list(eventKind)
    .map((event) => ({ event, at: millis((event as EventObject).lastTimestamp) || clock.now() }))
    .sort((a, b) => a.at - b.at)
  for (const { event, at } of existing) seen.set(`${event.metadata.namespace}/${event.metadata.name}`, at)
  arm()

  function arm(): void {
    const oldest = seen.values().next().value
    if (oldest === undefined || stopped) return
    cancel ??= clock.after(Math.max(1_000, oldest + ttlMs - clock.now()), () => {
      cancel = undefined
      prune()
      arm()
    })
  }

  function prune(): void {
    for (const [id, at] of seen) {
      if (seen.size <= keep && at + ttlMs > clock.now()) break
      seen.delete(id)
      const slash = id.indexOf('/')
      cluster.delete({ ...eventKind, namespace: id.slice(0, slash), name: id.slice(slash + 1) })
    }
  }

  function record(about: KubeObject, happening: Happening): void {
    if (stopped) return
    const { uid = '', name: aboutName = '' } = about.metadata
    const namespace = about.metadata.namespace ?? 'default'
    const { type, reason, message, source, host, fieldPath } = happening
    const hash = fnv1a(`${uid}|${reason}|${message}|${source}|${fieldPath ?? ''}`)
    const name = `${aboutName}.${hash.toString(16).padStart(8, '0')}`
    const id = `${namespace}/${name}`
    const now = clock.now()
    const known = cluster.get({ ...eventKind, namespace, name }) as EventObject | undefined
    seen.delete(id)
    seen.set(id, now)
    if (known !== undefined) {
      cluster.update({ ...known, count: (known.count ?? 1) + 1, lastTimestamp: timestamp(now) }, source)
      return
    }
    cluster.create(
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: {
          apiVersion: about.apiVersion,
          kind: about.kind,
          ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
          name: aboutName,
          uid,
          ...(about.metadata.resourceVersion === undefined ? {} : { resourceVersion: about.metadata.resourceVersion }),
          ...(fieldPath === undefined ? {} : { fieldPath }),
        },
        type,
        reason,
        message,
        source: { component: source, ...(host === undefined ? {} : { host }) },
        firstTimestamp: timestamp(now),
        lastTimestamp: timestamp(now),
        count: 1,
        eventTime: null,
        reportingComponent: source,
        reportingInstance: host ?? '',
      },
      source,
    )
    prune()
    arm()
  }

  return {
    record,
    stop: () => {
      stopped = true
      cancel?.()
    },
  }
}
