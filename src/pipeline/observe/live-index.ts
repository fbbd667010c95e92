/**
 * What is known of the live objects of one cluster: key, version, fingerprint and verdict of each, never the object. Fed by one LIST
 * and WATCH per kind that selects our label, and by the answers to our own writes. Effect: reads the cluster.
 */

import { fieldManager, ignoreHealthcheckAnnotation, instanceLabel, trackingAnnotation } from '../../api/names.ts'
import type { ApiResource, KubeClient } from '../../kube/client.ts'
import { follow } from '../../kube/follow.ts'
import { type GroupKind, type KubeObject, refKey, refOf } from '../../kube/object.ts'
import type { Clock } from '../../runtime/clock.ts'
import { fingerprint } from '../diff/fingerprint.ts'
import { pruneRulesOf } from '../plan/options.ts'
import type { LiveObject } from '../plan/types.ts'
import type { HealthOf } from './custom-health.ts'
import { type HealthVerdict, health } from './health/index.ts'
import { createLateVerdicts, meanwhile } from './late-verdicts.ts'

export interface LiveIndexOptions {
  readonly client: KubeClient
  readonly instance: string
  readonly clock: Clock
  readonly random: () => number
  /** Default: the built-in checks. */
  readonly healthOf?: HealthOf
  /** Called when a kind's watch connects or breaks. */
  readonly onState?: (kind: GroupKind, connected: boolean, error: unknown) => void
}

export interface LiveIndex extends AsyncDisposable {
  get(key: string): LiveObject | undefined
  readonly size: number
  /** Starts to follow the served ones of these kinds and resolves once each was listed. Throws what the first LIST throws. */
  ensure(kinds: readonly GroupKind[], signal: AbortSignal): Promise<void>
  /** Takes in the answer to a write, unless something newer is known. */
  observe(object: KubeObject): LiveObject
  /** Looks again at all objects of the followed kinds that match: their checks have changed. */
  recheck(matches: (kind: GroupKind) => boolean): Promise<void>
  subscribe(listener: (key: string, live: LiveObject | undefined, previous: LiveObject | undefined) => void): () => void
}

interface Followed {
  readonly resource: ApiResource
  readonly listed: Promise<void>
  readonly keys: Set<string>
}

export function createLiveIndex(options: LiveIndexOptions): LiveIndex {
  const { client, clock, random } = options
  const healthOf: HealthOf = options.healthOf ?? ((object) => health(object, clock.now()))
  const late = createLateVerdicts()
  const selector = `${instanceLabel}=${options.instance}`
  const entries = new Map<string, LiveObject>()
  const followed = new Map<string, Followed>()
  const listeners = new Set<(key: string, live: LiveObject | undefined, previous: LiveObject | undefined) => void>()
  const stop = new AbortController()
  const running: Promise<void>[] = []

  function emit(key: string, live: LiveObject | undefined, previous: LiveObject | undefined): void {
    for (const listener of listeners) listener(key, live, previous)
  }

  /** `written`: the answer to a write of ours. `again`: its check has changed, so that the same version counts anew. */
  function take(object: KubeObject, why: 'seen' | 'written' | 'again'): LiveObject {
    const { uid = '', resourceVersion = '' } = object.metadata
    const key = refKey(refOf(object))
    const previous = entries.get(key)
    if (previous !== undefined && previous.uid === uid) {
      // The watch repeats what the answer to our own write said already.
      const isKnown = !isOlder(previous.resourceVersion, resourceVersion)
      if (why === 'again' ? isOlder(resourceVersion, previous.resourceVersion) : isKnown) return previous
    }
    const verdict = isIgnored(object) ? undefined : healthOf(object)
    const later = verdict instanceof Promise
    const live = toLive(object, later ? meanwhile(previous, uid, resourceVersion, why === 'written') : verdict)
    put(live, previous)
    if (later) late.expect(verdict, (settled) => correct(live, settled))
    return live
  }

  function put(live: LiveObject, previous: LiveObject | undefined): void {
    entries.set(live.key, live)
    followed.get(kindKeyOf(live.key))?.keys.add(live.key)
    if (previous === undefined || differs(previous, live)) emit(live.key, live, previous)
  }

  /** A late verdict counts unless something newer is known of the object. */
  function correct(judged: LiveObject, verdict: HealthVerdict | undefined): void {
    const present = entries.get(judged.key)
    if (present === undefined || present.uid !== judged.uid || present.resourceVersion !== judged.resourceVersion)
      return
    put({ ...present, health: verdict?.status ?? '', message: verdict?.message ?? '' }, present)
  }

  function drop(key: string): void {
    const previous = entries.get(key)
    if (previous === undefined) return
    entries.delete(key)
    followed.get(kindKeyOf(key))?.keys.delete(key)
    emit(key, undefined, previous)
  }

  /** Objects that a complete LIST did not contain are gone, unless we learned of them after the list was made. */
  function dropVanished(kind: string, seen: ReadonlySet<string>, listVersion: string): void {
    for (const key of [...(followed.get(kind)?.keys ?? [])]) {
      const entry = entries.get(key)
      if (!seen.has(key) && entry !== undefined && !isOlder(listVersion, entry.resourceVersion)) drop(key)
    }
  }

  async function start(kind: GroupKind): Promise<Followed | undefined> {
    const resource = (await client.discovery(stop.signal)).resource(kind)
    if (resource === undefined || !resource.verbs.includes('watch')) return undefined
    const listed = Promise.withResolvers<void>()
    const result: Followed = { resource, listed: listed.promise, keys: new Set() }
    const kindKey = `${kind.group}/${kind.kind}`
    listed.promise.catch(() => {})
    running.push(
      follow(
        client,
        resource,
        { labelSelector: selector, clock, random },
        {
          onObject: (object) => {
            take(object, 'seen')
          },
          onSynced: (seen, listVersion) => {
            dropVanished(kindKey, seen, listVersion)
            late.settled().then(listed.resolve, listed.reject)
          },
          onDeleted: (object) => drop(refKey(refOf(object))),
          onState: (state, error) => options.onState?.(kind, state === 'watching', error),
        },
        stop.signal,
      ).catch((error: unknown) => {
        if (!stop.signal.aborted) listed.reject(error)
      }),
    )
    return result
  }

  const listedKinds = new Set<string>()
  const starting = new Map<string, Promise<Followed | undefined>>()

  async function ensureOne(kind: GroupKind): Promise<void> {
    const key = `${kind.group}/${kind.kind}`
    const known = followed.get(key)
    if (known !== undefined) return untilListed(key, known)
    let pending = starting.get(key)
    if (pending === undefined) {
      pending = start(kind).finally(() => starting.delete(key))
      starting.set(key, pending)
    }
    const result = await pending
    if (result === undefined) return
    if (!followed.has(key)) followed.set(key, result)
    await untilListed(key, result)
  }

  /** A first LIST that failed ended the following; the next who asks starts another. */
  async function untilListed(key: string, one: Followed): Promise<void> {
    try {
      await one.listed
      listedKinds.add(key)
    } catch (error) {
      if (followed.get(key) === one) followed.delete(key)
      throw error
    }
  }

  return {
    get: (key) => entries.get(key),
    get size() {
      return entries.size
    },
    async ensure(kinds, signal) {
      const missing = kinds.filter((kind) => !listedKinds.has(`${kind.group}/${kind.kind}`))
      if (missing.length > 0) await abortable(Promise.all(missing.map(ensureOne)), signal)
    },
    observe: (object) => take(object, 'written'),
    async recheck(matches) {
      const affected = [...followed.values()].filter(({ resource }) => matches(resource))
      for (const { resource } of affected) {
        if (stop.signal.aborted) return
        for await (const page of client.list(resource, { labelSelector: selector }, stop.signal)) {
          for (const object of page.items) take(object, 'again')
        }
      }
      await late.settled()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error('the live index is closed'))
      await Promise.allSettled(running)
    },
  }
}

function kindKeyOf(key: string): string {
  const [group, kind] = key.split('/')
  return `${group}/${kind}`
}

function isIgnored({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[ignoreHealthcheckAnnotation] === 'true'
}

function toLive(object: KubeObject, verdict: HealthVerdict | undefined): LiveObject {
  const { metadata } = object
  return {
    key: refKey(refOf(object)),
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    fingerprint: fingerprint(object, fieldManager),
    deleting: metadata.deletionTimestamp !== undefined,
    health: verdict?.status ?? '',
    message: verdict?.message ?? '',
    trackingId: metadata.annotations?.[trackingAnnotation] ?? '',
    pruneRules: pruneRulesOf(object),
  }
}

function differs(a: LiveObject, b: LiveObject): boolean {
  return (
    a.fingerprint !== b.fingerprint ||
    a.health !== b.health ||
    a.uid !== b.uid ||
    a.deleting !== b.deleting ||
    a.message !== b.message ||
    a.trackingId !== b.trackingId
  )
}

/** Resource versions of one server compare as integers (Kubernetes 1.35 promises it; etcd's revisions always did). */
function isOlder(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) {
      onAbort()
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
