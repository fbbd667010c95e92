/** Kubernetes Events about one object, newest first. Pure. */
import { getString } from '../../../kube/fields.ts'
import type { KubeObject } from '../../../kube/object.ts'

export interface ObjectEvent {
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly at: string
}

/** Matched by uid when both sides have one, so that a namesake that existed before does not speak. */
export function eventsOf(object: KubeObject, events: readonly KubeObject[] | undefined): ObjectEvent[] {
  const { name, uid } = object.metadata
  const found: ObjectEvent[] = []
  for (const event of events ?? []) {
    if (getString(event, 'involvedObject', 'name') !== name) continue
    if (getString(event, 'involvedObject', 'kind') !== object.kind) continue
    const about = getString(event, 'involvedObject', 'uid')
    if (about !== undefined && uid !== undefined && about !== uid) continue
    found.push({
      type: getString(event, 'type') ?? '',
      reason: getString(event, 'reason') ?? '',
      message: getString(event, 'message') ?? '',
      at: timeOf(event),
    })
  }
  return found.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
}

/** The newest event with one of the reasons. */
export function newest(events: readonly ObjectEvent[], ...reasons: readonly string[]): ObjectEvent | undefined {
  return events.find((event) => reasons.includes(event.reason))
}

function timeOf(event: KubeObject): string {
  return (
    getString(event, 'series', 'lastObservedTime') ??
    getString(event, 'lastTimestamp') ??
    getString(event, 'eventTime') ??
    event.metadata.creationTimestamp ??
    ''
  )
}
