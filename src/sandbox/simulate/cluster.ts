/** What the simulated controllers see of the sandbox: its objects, as a controller's client would. Types only. */
import type { GroupKind, KubeObject, ObjectRef } from '../../kube/object.ts'

export interface ClusterEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubeObject
}

/** Writes are synchronous, bump resourceVersion, keep managedFields as `Update` by the given manager, and are seen by every watch. */
export interface SimulatedCluster {
  get(ref: ObjectRef): KubeObject | undefined
  /** By kind, optionally in one namespace. Objects are frozen or shared: never modify one, build a new one. */
  list(kind: GroupKind, namespace?: string): readonly KubeObject[]
  create(object: KubeObject, manager: string): KubeObject
  /** Replaces spec and metadata. */
  update(object: KubeObject, manager: string): KubeObject
  /** Replaces status only, and adds `annotations`: written with the status they make no new generation. */
  updateStatus(object: KubeObject, manager: string, annotations?: Readonly<Record<string, string>>): KubeObject
  /** Deletes as the API would: finalizers hold, owner references cascade (background). Absent objects are no error. */
  delete(ref: ObjectRef): void
  subscribe(listener: (event: ClusterEvent) => void): () => void
}
