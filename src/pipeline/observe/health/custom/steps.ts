/** Parts from which the checks of custom kinds are put together: each looks at one thing and answers or passes on. Pure. */
import type { HealthStatus } from '../../../../api/views.ts'
import {
  type Condition,
  getCondition,
  getField,
  getNumber,
  getString,
  type Step as PathStep,
} from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import type { HealthCheck, HealthVerdict } from '../verdict.ts'

/** Undefined: this part has nothing to say, ask the next. */
export type Step = (object: KubeObject) => HealthVerdict | undefined

/** The first part that answers decides; if none does, the object is on its way. */
export function firstOf(...steps: readonly Step[]): HealthCheck {
  return (object) => {
    for (const step of steps) {
      const verdict = step(object)
      if (verdict !== undefined) return verdict
    }
    return { status: 'Progressing', message: 'waiting for its controller' }
  }
}

export interface ConditionMatch {
  readonly reason?: string
  readonly notReason?: string
}

/**
 * A condition with a status, and optionally a reason, is a verdict, in the condition's own words. A good one that itself says it speaks
 * of an older spec says nothing (Argo CD takes it; a wave would then pass before the controller has looked).
 */
export function on(type: string, status: string, verdict: HealthStatus, match: ConditionMatch = {}): Step {
  return (object) => {
    const condition = getCondition(object, type)
    if (condition?.status !== status) return undefined
    if (verdict === 'Healthy' && (condition.observedGeneration ?? Infinity) < generationOf(object)) return undefined
    if (match.reason !== undefined && condition.reason !== match.reason) return undefined
    if (match.notReason !== undefined && condition.reason === match.notReason) return undefined
    return { status: verdict, message: verdict === 'Healthy' ? condition.message : wordsOf(condition) }
  }
}

/** Ready=False cannot be cured by waiting; the rule for kinds whose controllers say Unknown for "not yet". */
export const readyOrDegraded: readonly Step[] = [on('Ready', 'False', 'Degraded'), on('Ready', 'True', 'Healthy')]

/** A flag of the spec by which a person stopped it. */
export function stoppedBy(...path: readonly PathStep[]): Step {
  return (object) =>
    getField(object, ...path) === true ? { status: 'Suspended', message: `${path.join('.')} is set` } : undefined
}

/** A status that speaks of an older spec says nothing. */
export const staleIsProgressing: Step = (object) => {
  const generation = generationOf(object)
  const observed = getNumber(object, 'status', 'observedGeneration') ?? generation
  return observed < generation ? { status: 'Progressing', message: notObserved } : undefined
}

function generationOf(object: KubeObject): number {
  return getNumber(object, 'metadata', 'generation') ?? 0
}

export const notObserved = 'the newest spec has not been observed yet'

/** A word at a path is a verdict; words that are not in the table pass on. `message` is where the object explains itself. */
export function word(
  path: readonly PathStep[],
  verdicts: Readonly<Partial<Record<HealthStatus, readonly string[]>>>,
  message: readonly PathStep[] = ['status', 'message'],
): Step {
  const byWord = new Map<string, HealthStatus>()
  for (const [status, words] of Object.entries(verdicts)) {
    for (const one of words) byWord.set(one, status as HealthStatus)
  }
  return (object) => {
    const found = getString(object, ...path) ?? ''
    const status = byWord.get(found)
    if (status === undefined) return undefined
    return { status, message: getString(object, ...message) ?? (status === 'Healthy' ? '' : found) }
  }
}

/** Any word at all. */
export function anyWord(path: readonly PathStep[], status: HealthStatus, message = ['status', 'message']): Step {
  return (object) => {
    const found = getString(object, ...path)
    return found === undefined || found === '' ? undefined : { status, message: getString(object, ...message) ?? found }
  }
}

export function wordsOf(condition: Condition): string {
  return condition.message === '' ? condition.reason : condition.message
}
