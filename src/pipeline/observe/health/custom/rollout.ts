/** Health of argoproj.io/Rollout (Argo Rollouts). Pure. */
import { getBoolean, getCondition, getField, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted } from '../observed.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'

/** In the order of the rule that Argo CD ships: observed, broken, paused, replicas, then what the strategy still has to do. */
export function rolloutHealth(object: KubeObject): HealthVerdict {
  // A text in Rollouts before 1.0, a number since.
  const observed = getField(object, 'status', 'observedGeneration')
  const generation = getNumber(object, 'metadata', 'generation')
  if (observed === undefined || (isWhole(observed) && Number(observed) !== generation)) {
    return progressing('Waiting for rollout spec update to be observed')
  }
  return broken(object) ?? paused(object) ?? replicas(object) ?? strategy(object) ?? healthy
}

function isWhole(value: unknown): boolean {
  return (typeof value === 'number' || typeof value === 'string') && /^\d+$/.test(String(value))
}

function broken(object: KubeObject): HealthVerdict | undefined {
  const invalid = getCondition(object, 'InvalidSpec')
  if (invalid !== undefined) return degraded(invalid.message)
  const rollout = getCondition(object, 'Progressing')
  const ended = rollout?.reason === 'RolloutAborted' || rollout?.reason === 'ProgressDeadlineExceeded'
  return ended ? degraded(rollout.message) : undefined
}

function paused(object: KubeObject): HealthVerdict | undefined {
  const waits = getList(object, 'status', 'pauseConditions').length > 0
  return waits || getBoolean(object, 'spec', 'paused') === true ? suspended('Rollout is paused') : undefined
}

function replicas(object: KubeObject): HealthVerdict | undefined {
  if (getString(object, 'status', 'currentPodHash') === undefined) {
    return progressing('Waiting for rollout to finish: status has not been reconciled.')
  }
  const updated = counted(object, 'updatedReplicas')
  if (updated < (getNumber(object, 'spec', 'replicas') ?? 1)) {
    return progressing('Waiting for roll out to finish: More replicas need to be updated')
  }
  if (counted(object, 'availableReplicas') < updated) {
    return progressing('Waiting for roll out to finish: updated replicas are still becoming available')
  }
  return undefined
}

function strategy(object: KubeObject): HealthVerdict | undefined {
  const current = getString(object, 'status', 'currentPodHash')
  const stable = getString(object, 'status', 'stableRS') ?? getString(object, 'status', 'canary', 'stableRS') ?? ''
  if (getField(object, 'spec', 'strategy', 'blueGreen') !== undefined) {
    if (getString(object, 'status', 'blueGreen', 'activeSelector') !== current) {
      return progressing('active service cutover pending')
    }
    return stable !== '' && stable !== current ? progressing('waiting for analysis to complete') : undefined
  }
  if (getField(object, 'spec', 'strategy', 'canary') === undefined) return undefined
  if (counted(object, 'replicas') > counted(object, 'updatedReplicas')) {
    return progressing('Waiting for roll out to finish: old replicas are pending termination')
  }
  return stable === '' || stable !== current ? progressing('Waiting for rollout to finish steps') : undefined
}
