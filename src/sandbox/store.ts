/** Every object of the sandbox, by resource and name, with one version counter and the history watches resume from. No I/O. */
import type { KubeObject } from '../kube/object.ts'
import { createHistory, type History } from './history.ts'

/** One object at one version. Its JSON is made once and shared by every answer and watch. */
export interface Entry {
  readonly storageKey: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  /** The resourceVersion as a number. */
  readonly version: number
  readonly json: string
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly owners: readonly string[]
  /** Read from the JSON when the last parse was collected. Shared: never modify it. */
  object(): KubeObject
}

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly version: number
  readonly entry: Entry
  readonly previous: Entry | undefined
}

export interface Store {
  /** The version of the last write. */
  readonly version: number
  readonly size: number
  readonly history: History
  get(storageKey: string, namespace: string, name: string): Entry | undefined
  byUid(uid: string): Entry | undefined
  /** Sorted by namespace and name; all namespaces when none is given. */
  list(storageKey: string, namespace?: string): readonly Entry[]
  storageKeys(): readonly string[]
  /** Objects that name this uid as an owner. */
  dependents(uid: string): readonly Entry[]
  /** Gives the object a resourceVersion and keeps it; the caller gives the object away. */
  put(storageKey: string, object: KubeObject): Entry
  /** The removed object at its final version (as it was, or as `last`); undefined when it was not there. */
  remove(storageKey: string, namespace: string, name: string, last?: KubeObject): Entry | undefined
  /** Puts back what a snapshot held, without events. Only on an empty store. */
  load(version: number, objects: Iterable<{ storageKey: string; json: string }>): void
  /** Called once per write, in order; a write made by a listener is told after the current one. */
  subscribe(listener: (change: Change) => void): () => void
}

export interface StoreOptions {
  /** Events kept for resuming watches. */
  historySize?: number
  /** Freeze objects deeply, to catch code that modifies shared ones. Costs time: for tests. */
  freeze?: boolean
}

interface Shelf {
  byNamespace: Map<string, Map<string, Entry>>
  sorted: Map<string, readonly Entry[]>
}

const EVERYWHERE = '*'

export function createStore(options: StoreOptions = {}): Store {
  const shelves = new Map<string, Shelf>()
  const uids = new Map<string, Entry>()
  const dependents = new Map<string, Set<string>>()
  const listeners = new Set<(change: Change) => void>()
  const history = createHistory(options.historySize ?? 20_000)
  const pending: Change[] = []
  let draining = false
  let version = 1

  function shelfOf(storageKey: string): Shelf {
    let shelf = shelves.get(storageKey)
    if (shelf === undefined) {
      shelf = { byNamespace: new Map(), sorted: new Map() }
      shelves.set(storageKey, shelf)
    }
    return shelf
  }

  function index(entry: Entry, previous: Entry | undefined): void {
    const shelf = shelfOf(entry.storageKey)
    let names = shelf.byNamespace.get(entry.namespace)
    if (names === undefined) {
      names = new Map()
      shelf.byNamespace.set(entry.namespace, names)
    }
    names.set(entry.name, entry)
    shelf.sorted.clear()
    uids.set(entry.uid, entry)
    if (previous?.owners.length === 0 && entry.owners.length === 0) return
    for (const owner of previous?.owners ?? []) unlink(owner, entry.uid)
    for (const owner of entry.owners) {
      const set = dependents.get(owner)
      if (set === undefined) dependents.set(owner, new Set([entry.uid]))
      else set.add(entry.uid)
    }
  }

  function unlink(owner: string, uid: string): void {
    const set = dependents.get(owner)
    if (set === undefined) return
    set.delete(uid)
    if (set.size === 0) dependents.delete(owner)
  }

  function tell(change: Change): void {
    history.add(change)
    pending.push(change)
    if (draining) return
    draining = true
    try {
      for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
        for (const listener of listeners) listener(next)
      }
    } finally {
      draining = false
    }
  }

  function entryOf(storageKey: string, object: KubeObject, at: number): Entry {
    object.metadata.resourceVersion = String(at)
    if (options.freeze === true) deepFreeze(object)
    return new StoredEntry(storageKey, object, JSON.stringify(object), at)
  }

  return {
    get version() {
      return version
    },
    get size() {
      return uids.size
    },
    history,
    get: (storageKey, namespace, name) => shelves.get(storageKey)?.byNamespace.get(namespace)?.get(name),
    byUid: (uid) => uids.get(uid),
    list(storageKey, namespace) {
      const shelf = shelves.get(storageKey)
      if (shelf === undefined) return []
      const cacheKey = namespace ?? EVERYWHERE
      let sorted = shelf.sorted.get(cacheKey)
      if (sorted === undefined) {
        sorted = sortedEntries(shelf, namespace)
        shelf.sorted.set(cacheKey, sorted)
      }
      return sorted
    },
    storageKeys: () => [...shelves.keys()],
    dependents: (uid) => [...(dependents.get(uid) ?? [])].flatMap((one) => uids.get(one) ?? []),
    put(storageKey, object) {
      const namespace = object.metadata.namespace ?? ''
      const name = object.metadata.name ?? ''
      const previous = shelves.get(storageKey)?.byNamespace.get(namespace)?.get(name)
      const entry = entryOf(storageKey, object, ++version)
      index(entry, previous)
      tell({ type: previous === undefined ? 'ADDED' : 'MODIFIED', version, entry, previous })
      return entry
    },
    remove(storageKey, namespace, name, last) {
      const shelf = shelves.get(storageKey)
      const names = shelf?.byNamespace.get(namespace)
      const previous = names?.get(name)
      if (shelf === undefined || names === undefined || previous === undefined) return undefined
      names.delete(name)
      if (names.size === 0) shelf.byNamespace.delete(namespace)
      shelf.sorted.clear()
      uids.delete(previous.uid)
      for (const owner of previous.owners) unlink(owner, previous.uid)
      const object = last ?? previous.object()
      const entry = entryOf(storageKey, { ...object, metadata: { ...object.metadata } }, ++version)
      tell({ type: 'DELETED', version, entry, previous })
      return entry
    },
    load(at, objects) {
      for (const { storageKey, json } of objects) {
        const object = JSON.parse(json) as KubeObject
        index(new StoredEntry(storageKey, object, json, Number(object.metadata.resourceVersion)), undefined)
      }
      version = at
      history.startAt(at)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Holds the JSON, and the object only as long as somebody else does: most objects are idle, and JSON is a fifth of the size. */
class StoredEntry implements Entry {
  readonly storageKey: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly version: number
  readonly json: string
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly owners: readonly string[]
  #parsed: WeakRef<KubeObject>

  constructor(storageKey: string, object: KubeObject, json: string, version: number) {
    const { metadata } = object
    this.storageKey = storageKey
    this.namespace = metadata.namespace ?? ''
    this.name = metadata.name ?? ''
    this.uid = metadata.uid ?? ''
    this.version = version
    this.json = json
    this.labels = metadata.labels
    this.owners = metadata.ownerReferences?.map((owner) => owner.uid) ?? NONE
    this.#parsed = new WeakRef(object)
  }

  object(): KubeObject {
    let object = this.#parsed.deref()
    if (object === undefined) {
      object = JSON.parse(this.json) as KubeObject
      this.#parsed = new WeakRef(object)
    }
    return object
  }
}

const NONE: readonly string[] = []

function sortedEntries(shelf: Shelf, namespace: string | undefined): readonly Entry[] {
  if (namespace !== undefined) return byName(shelf.byNamespace.get(namespace))
  const namespaces = [...shelf.byNamespace.keys()].sort((a, b) => compareText(`${a}/`, `${b}/`))
  return namespaces.flatMap((one) => byName(shelf.byNamespace.get(one)))
}

function byName(names: Map<string, Entry> | undefined): Entry[] {
  return [...(names?.values() ?? [])].sort((a, b) => compareText(a.name, b.name))
}

/** Byte order, as etcd keeps keys. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const child of Object.values(value)) deepFreeze(child)
}
