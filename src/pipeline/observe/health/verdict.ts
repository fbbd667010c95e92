/** What a health check answers. Types and tiny constructors. Pure. */
import type { HealthStatus } from '../../../api/views.ts'
import type { KubeObject } from '../../../kube/object.ts'

export interface HealthVerdict {
  readonly status: HealthStatus
  /** Why it is not Healthy, for people; '' when there is nothing to say. */
  readonly message: string
}

/** Undefined: this object has no health, so nothing waits for it. `now` in ms. */
export type HealthCheck = (object: KubeObject, now: number) => HealthVerdict | undefined

export const healthy: HealthVerdict = Object.freeze({ status: 'Healthy', message: '' })

export function progressing(message: string): HealthVerdict {
  return { status: 'Progressing', message }
}

export function degraded(message: string): HealthVerdict {
  return { status: 'Degraded', message }
}

export function suspended(message: string): HealthVerdict {
  return { status: 'Suspended', message }
}
