/** The inventory of an application as set arithmetic over records. Pure. */
import type { InventoryRecord } from '../../store/store.ts'
import type { DesiredObject } from './types.ts'

/** What to remember after an object was applied. `fingerprint` and `uid` are those of the server's answer. */
export function recordOf(desired: DesiredObject, written: { fingerprint: string; uid: string }): InventoryRecord {
  return {
    key: desired.key,
    apiVersion: desired.object.apiVersion,
    desired: desired.digest,
    fingerprint: written.fingerprint,
    uid: written.uid,
    phase: desired.phase,
    wave: desired.wave,
  }
}

/** By key; of a repeated key the last record counts. */
export function indexInventory(records: readonly InventoryRecord[]): Map<string, InventoryRecord> {
  const index = new Map<string, InventoryRecord>()
  for (const record of records) index.set(record.key, record)
  return index
}
