/** What an application owns, and which target each object belongs to. No effects. */
import { type GroupKind, parseRefKey } from '../kube/object.ts'
import type { Target } from '../pipeline/apply/target.ts'
import { trackingName } from '../pipeline/plan/tracking.ts'
import type { LiveObject } from '../pipeline/plan/types.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'
import type { Cluster } from './destinations.ts'

/** The kinds of everything in the inventory. */
export function kindsOf(app: ManagedApplication): GroupKind[] {
  return [...app.inventory.keys()].map(parseRefKey)
}

/** Applications belong to Halcyon's own set, everything else to the cluster. */
export function router(context: ControllerContext, cluster: Cluster): (kind: GroupKind) => Target {
  const { registry } = context.fleet
  return (kind) => (registry.owns(kind) ? registry : cluster.target)
}

export function liveOf(key: string, targetOf: (kind: GroupKind) => Target): LiveObject | undefined {
  const [group = '', kind = ''] = key.split('/')
  return targetOf({ group, kind }).live(key)
}

/** Drops a record that names nothing of ours any more. Touches no cluster. */
export function forgetObject(
  context: ControllerContext,
  app: ManagedApplication,
  key: string,
  targetOf: (kind: GroupKind) => Target,
): void {
  app.inventory.delete(key)
  context.fleet.release(targetOf(parseRefKey(key)).name, key, app.name)
}

/** The application's part of tracking ids. */
export function trackingNameOf(app: ManagedApplication, controlNamespace: string): string {
  const namespace = app.manifest.metadata.namespace ?? controlNamespace
  return trackingName({ name: app.name, namespace }, controlNamespace)
}
