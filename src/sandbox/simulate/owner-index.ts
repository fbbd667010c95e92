/** Which objects a controller owns, by the owner's uid: what keeps every look at one owner independent of the cluster's size. */
import type { KubeObject, ObjectRef, OwnerReference } from '../../kube/object.ts'
import { parseRefKey, refKey, refOf } from '../../kube/object.ts'

export interface OwnerIndex {
  /** Follows one event of the cluster. */
  note(object: KubeObject, deleted: boolean): void
  /** References to what the owner controls, of one kind, oldest first. */
  children(uid: string, kind: string): readonly ObjectRef[]
}

/** The reference with `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

export function createOwnerIndex(): OwnerIndex {
  const byOwner = new Map<string, Set<string>>()
  const ownerOf = new Map<string, string>()

  function forget(key: string): void {
    const uid = ownerOf.get(key)
    if (uid === undefined) return
    ownerOf.delete(key)
    const keys = byOwner.get(uid)
    keys?.delete(key)
    if (keys?.size === 0) byOwner.delete(uid)
  }

  return {
    note: (object, deleted) => {
      const owner = deleted ? undefined : controllerOf(object)
      if (owner === undefined && ownerOf.size === 0) return
      const key = refKey(refOf(object))
      if (ownerOf.get(key) === owner?.uid) return
      forget(key)
      if (owner === undefined) return
      ownerOf.set(key, owner.uid)
      let keys = byOwner.get(owner.uid)
      if (keys === undefined) {
        keys = new Set()
        byOwner.set(owner.uid, keys)
      }
      keys.add(key)
    },
    children: (uid, kind) => {
      const out: ObjectRef[] = []
      for (const key of byOwner.get(uid) ?? []) {
        const ref = parseRefKey(key)
        if (ref.kind === kind) out.push(ref)
      }
      return out
    },
  }
}
