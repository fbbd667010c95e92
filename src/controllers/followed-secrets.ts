/** Secrets of one type in the control namespace of the management cluster, followed as they come, change and go. Effect: reads that cluster. */
import { HalcyonError, messageOf } from '../api/errors.ts'
import { digestOf } from '../kube/canonical.ts'
import type { KubeClient } from '../kube/client.ts'
import { follow } from '../kube/follow.ts'
import type { KubeObject } from '../kube/object.ts'
import type { Clock } from '../runtime/clock.ts'
import { backoffMs } from '../runtime/retry.ts'

/** What a Secret declares. The same object as long as what the Secret says is the same. */
export interface Declared<T> {
  readonly secret: T
  readonly digest: string
}

export interface FollowedSecretsOptions<T> {
  /** For messages: `cluster Secrets`. */
  readonly what: string
  readonly labelSelector: string
  /** Throws when it cannot be read; the message must not hold a value of it. */
  readonly read: (secret: KubeObject) => T
  readonly namespace: string
  readonly clock: Clock
  readonly random: () => number
  /** The client of the management cluster; rejects while it does not answer. */
  readonly open: (signal: AbortSignal) => Promise<KubeClient>
  /** The list is another. */
  readonly onChange: () => void
  /** A Secret cannot be read, or none of them can; once per message. */
  readonly onProblem: (message: string) => void
}

export interface FollowedSecrets<T> {
  readonly list: readonly Declared<T>[]
  /** Resolves when the Secrets were listed once. Rejects with ClusterUnavailable when they cannot be: then nobody knows what is declared. */
  known(signal: AbortSignal): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

const pauses = { baseMs: 1_000, factor: 2, maxMs: 60_000, jitter: 0.2 }

export function followSecrets<T>(options: FollowedSecretsOptions<T>): FollowedSecrets<T> {
  const bySecret = new Map<string, Declared<T>>()
  const problems = new Map<string, string>()
  let first = Promise.withResolvers<void>()
  first.promise.catch(() => {})
  let listed = false
  let list: readonly Declared<T>[] = []
  let dirty = false

  function problem(key: string, message: string): void {
    if (problems.get(key) === message) return
    problems.set(key, message)
    options.onProblem(message)
  }

  function take(object: KubeObject): void {
    const key = object.metadata.name ?? ''
    const digest = digestOf({ data: object['data'] ?? {}, name: key, labels: object.metadata.labels ?? {} })
    if (bySecret.get(key)?.digest === digest) return
    try {
      bySecret.set(key, { secret: options.read(object), digest })
      problems.delete(key)
    } catch (error) {
      // What it said before is not what it says now: it declares nothing until it can be read.
      bySecret.delete(key)
      problem(key, messageOf(error))
    }
    changed()
  }

  function changed(): void {
    dirty = true
    if (listed) publish()
  }

  function publish(): void {
    if (!dirty) return
    dirty = false
    list = [...bySecret.keys()].sort().flatMap((key) => bySecret.get(key) ?? [])
    options.onChange()
  }

  function cannotRead(error: unknown): void {
    const message = `Cannot read the ${options.what} in namespace ${options.namespace}: ${messageOf(error)}`
    problem('', message)
    if (listed) return
    first.reject(new HalcyonError('ClusterUnavailable', message, { cause: error }))
    first = Promise.withResolvers()
    first.promise.catch(() => {})
  }

  async function followOnce(signal: AbortSignal): Promise<void> {
    const client = await options.open(signal)
    const resource = (await client.discovery(signal)).resource({ group: '', kind: 'Secret' })
    if (resource === undefined) throw new HalcyonError('KindUnknown', 'the cluster does not serve Secrets')
    await follow(
      client,
      resource,
      {
        namespace: options.namespace,
        labelSelector: options.labelSelector,
        clock: options.clock,
        random: options.random,
      },
      {
        onObject: take,
        onDeleted(object) {
          if (bySecret.delete(object.metadata.name ?? '')) changed()
        },
        onSynced(seen) {
          for (const key of bySecret.keys()) {
            if (!seen.has(`/Secret/${options.namespace}/${key}`) && bySecret.delete(key)) dirty = true
          }
          listed = true
          problems.delete('')
          publish()
          first.resolve()
        },
        onState(state, error) {
          if (state === 'disconnected' && error !== undefined) cannotRead(error)
        },
      },
      signal,
    )
  }

  return {
    get list() {
      return list
    },
    known: (signal) => untilAborted(first.promise, signal),
    async run(signal) {
      for (let failures = 0; !signal.aborted; ) {
        try {
          await followOnce(signal)
        } catch (error) {
          if (signal.aborted) return
          cannotRead(error)
          failures++
          await options.clock.sleep(backoffMs(failures, pauses, options.random), signal).catch(() => {})
        }
      }
    },
  }
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
