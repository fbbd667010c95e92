/** A collection as it was at an earlier version, from what is there now and the history of changes. Pure. */
import { expired, futureVersion } from './status-error.ts'
import type { Entry, Store } from './store.ts'

/** The version a read asks for. Throws 504 for one that is not reached yet, and what `refuse` makes of a text that is no version. */
export function wantedVersion(text: string, store: Store, refuse: (detail: string) => Error): number {
  const version = versionOf(text, refuse)
  if (version > store.version) throw futureVersion(version, store.version)
  return version
}

/** A version as a number, whether or not it was reached. */
export function versionOf(text: string, refuse: (detail: string) => Error): number {
  if (/^\d{1,19}$/.test(text)) return Number(text)
  const given = JSON.stringify(text)
  throw refuse(`resourceVersion: Invalid value: ${given}: strconv.ParseUint: parsing ${given}: invalid syntax`)
}

/** Sorted as lists are. Throws 410 when the history does not reach back that far. */
export function entriesAt(
  store: Store,
  storageKey: string,
  namespace: string | undefined,
  version: number,
): readonly Entry[] {
  const now = store.list(storageKey, namespace)
  if (version === store.version) return now
  const later = store.history.since(version)
  if (later === undefined) throw expired(TOO_OLD)
  const relevant = later.filter(
    ({ entry }) => entry.storageKey === storageKey && (namespace === undefined || entry.namespace === namespace),
  )
  if (relevant.length === 0) return now
  const then = new Map(now.map((entry) => [keyOf(entry), entry]))
  for (const { entry, previous } of relevant.toReversed()) {
    if (previous === undefined) then.delete(keyOf(entry))
    else then.set(keyOf(entry), previous)
  }
  return [...then.values()].sort((a, b) => compareText(keyOf(a), keyOf(b)))
}

export const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.'

/** As etcd keeps it: lists come in this order. */
export function keyOf(entry: Entry): string {
  return `${entry.namespace}/${entry.name}`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
