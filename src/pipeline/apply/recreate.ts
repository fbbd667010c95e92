/** When an object is deleted and created again instead of changed: `Force=true`. Pure. */
import { ApiError } from '../../kube/errors.ts'
import { isCrd, isNamespace } from '../plan/namespaces.ts'
import type { DesiredObject, LiveObject } from '../plan/types.ts'

/** What goes with everything in it is never deleted for the sake of a change. */
function mayGo({ ref, options }: DesiredObject): boolean {
  return options.force && !isNamespace(ref) && !isCrd(ref)
}

/** `Replace=true` with `Force=true`: `kubectl replace --force`, which deletes first (Argo CD, sync options). */
export function alwaysRecreated(desired: DesiredObject, live: LiveObject | undefined): boolean {
  return live !== undefined && desired.options.replace && mayGo(desired)
}

/** `Force=true`: `kubectl apply --force`, which deletes when the server calls the change invalid, as of an immutable field. */
export function recreatedAfter(error: unknown, desired: DesiredObject): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return mayGo(desired) && cause instanceof ApiError && cause.code === 422
}
