/** What is held in memory of one ApplicationSet, and how it is remembered. Pure but for being mutable. */
import type { Reason } from '../api/reasons.ts'
import type { RenderMemory } from '../delivery/applicationset/generate.ts'
import type { KubeObject } from '../kube/object.ts'
import type { ApplicationRecord } from '../store/store.ts'

export interface ManagedSet {
  readonly name: string
  /** In the queue, and as the parent of what it generates. */
  readonly key: string
  /** The application that delivers it. */
  parent: string
  object: KubeObject
  /** It left Git. */
  deleting: boolean
  reason: Reason | ''
  message: string
  since: number
  /** Its applications are synced step by step. */
  rolls: boolean
  /** For which desired state a rollout asked each application to sync, until it is synced. */
  readonly asked: Map<string, string>
  /** Failures in a row, for back-off. */
  failures: number
  /** Repositories that its generators read, with what stops watching them. */
  readonly watched: Map<string, () => void>
  /** Of these, the ones that may have moved since they were read. */
  readonly stale: Set<string>
  readonly memory: RenderMemory
}

const prefix = 'applicationset/'

export function setKey(name: string): string {
  return `${prefix}${name}`
}

/** A key of the queue, or a parent, that means a set; no application's name holds a '/'. */
export function isSetKey(key: string): boolean {
  return key.startsWith(prefix)
}

export function nameOfSetKey(key: string): string {
  return key.slice(prefix.length)
}

export function newSet(object: KubeObject, parent: string, now: number): ManagedSet {
  const name = object.metadata.name ?? ''
  return {
    name,
    key: setKey(name),
    parent,
    object,
    deleting: false,
    reason: '',
    message: '',
    since: now,
    rolls: false,
    asked: new Map(),
    failures: 0,
    watched: new Map(),
    stale: new Set(),
    memory: new Map(),
  }
}

/** A set is remembered as an application of its key: the manifest and the parent are what a restart needs. */
export function setRecord(set: ManagedSet): ApplicationRecord {
  const since = new Date(set.since).toISOString()
  return {
    name: set.key,
    parent: set.parent,
    manifest: JSON.stringify(set.object),
    spec: '',
    revisions: [],
    syncedRevisions: [],
    renderDigest: '',
    readSets: [],
    bundle: '',
    inventory: [],
    sync: { status: 'Unknown', since },
    health: { status: 'Unknown', since },
    reason: set.reason,
    message: set.message,
  }
}

export function setFromRecord(record: ApplicationRecord, now: number): ManagedSet {
  return newSet(JSON.parse(record.manifest) as KubeObject, record.parent, now)
}
