/** Small changes that actions make to their copy of an object. Pure otherwise. */
import { isRecord } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { BuiltinAction, ImpactedResource } from './types.ts'

export function patched(object: KubeObject): readonly ImpactedResource[] {
  return [{ operation: 'patch', resource: object }]
}

/** The map at a path, made where it is missing. */
export function mapAt(object: Record<string, unknown>, ...path: readonly string[]): Record<string, unknown> {
  let map = object
  for (const name of path) {
    const next = map[name]
    if (isRecord(next)) map = next
    else {
      const made: Record<string, unknown> = {}
      map[name] = made
      map = made
    }
  }
  return map
}

/** `2026-01-02T03:04:05Z`. */
export function timestamp(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`
}

/** `202601020304`: the ending of names, as Argo CD makes them. */
export function minuteStamp(now: number): string {
  return new Date(now).toISOString().replace(/\D/g, '').slice(0, 12)
}

/** An action that sets one member of the spec. */
export function setSpec(
  name: string,
  member: string,
  value: unknown,
  disabled: (object: KubeObject) => boolean,
): BuiltinAction {
  return {
    name,
    disabled,
    run(object) {
      mapAt(object, 'spec')[member] = value
      return patched(object)
    },
  }
}

/** An action that marks the object with a time, which its controller takes as a request. */
export function annotate(name: string, annotation: string, value: (now: number) => string): BuiltinAction {
  return {
    name,
    run(object, _params, now) {
      mapAt(object, 'metadata', 'annotations')[annotation] = value(now)
      return patched(object)
    },
  }
}
