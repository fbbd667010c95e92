/** Health of custom kinds that follow the common conventions for conditions and phases (kstatus). Pure. */
import type { HealthStatus } from '../../../api/views.ts'
import { type Condition, getCondition, getField, getNumber, getString } from '../../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../../kube/object.ts'
import { notObserved } from './custom/steps.ts'
import { degraded, type HealthVerdict, healthy, progressing, suspended } from './verdict.ts'

/** Conditions that say, in this order of precedence, whether the object does what it is for. */
const goals: readonly string[] = ['Ready', 'Available', 'Healthy', 'Synced', 'Programmed', 'Established']

/**
 * Argo CD gives no health to kinds it does not know, and then nothing waits for them. We keep that for every built-in kind, and for
 * custom kinds that say nothing. A custom object that carries one of the conditions of the convention has said what it is waiting
 * for: it counts. `Ready=False` is Progressing, because half of all controllers use it for "not yet"; only what says that waiting does
 * not help (`Stalled`, `Degraded`, `Failed`, a spec that cannot be synced) is Degraded. Phases count where there are no conditions.
 */
export function genericHealth(object: KubeObject): HealthVerdict | undefined {
  if (!isCustom(object.apiVersion)) return undefined
  return byConditions(object) ?? byPhase(object)
}

function byConditions(object: KubeObject): HealthVerdict | undefined {
  for (const type of ['Stalled', 'Degraded', 'Failed', 'Failure']) {
    const bad = getCondition(object, type)
    if (bad?.status === 'True') return degraded(textOf(bad))
  }
  const synced = getCondition(object, 'Synced')
  if (synced?.status === 'False') return degraded(textOf(synced))
  const goal = goals.map((type) => getCondition(object, type)).find((condition) => condition !== undefined)
  if (goal === undefined) return undefined
  if (getField(object, 'spec', 'suspend') === true) return suspended('spec.suspend is set')
  if (isStale(object, goal)) return progressing(notObserved)
  const moving = getCondition(object, 'Reconciling')
  if (moving?.status === 'True') return progressing(textOf(moving))
  return goal.status === 'True' ? healthy : progressing(textOf(goal))
}

function isStale(object: KubeObject, condition: Condition): boolean {
  const generation = getNumber(object, 'metadata', 'generation') ?? 0
  const observed = condition.observedGeneration ?? getNumber(object, 'status', 'observedGeneration') ?? generation
  return observed < generation
}

/** Words that many operators use for the whole of their status; any other says nothing. */
const phases: Readonly<Record<string, HealthStatus>> = {
  ...words('Healthy', 'ready running active available bound succeeded completed complete healthy deployed provisioned'),
  ...words(
    'Progressing',
    'pending creating initializing provisioning installing deploying updating upgrading reconciling',
  ),
  ...words('Progressing', 'progressing inprogress starting scaling deleting terminating new'),
  ...words('Degraded', 'failed error degraded unhealthy invalid'),
  ...words('Suspended', 'suspended paused'),
}

function byPhase(object: KubeObject): HealthVerdict | undefined {
  const phase = getString(object, 'status', 'phase') ?? getString(object, 'status', 'state')
  const key = phase?.toLowerCase() ?? ''
  const status = Object.hasOwn(phases, key) ? phases[key] : undefined
  if (status === undefined || phase === undefined) return undefined
  const generation = getNumber(object, 'metadata', 'generation') ?? 0
  const observed = getNumber(object, 'status', 'observedGeneration') ?? generation
  if (observed < generation) return progressing(notObserved)
  return status === 'Healthy' ? healthy : { status, message: getString(object, 'status', 'message') ?? phase }
}

function words(status: HealthStatus, list: string): Record<string, HealthStatus> {
  return Object.fromEntries(list.split(' ').map((word) => [word, status]))
}

/** Kubernetes' own groups have no dot (`apps`) or end in `.k8s.io`. */
function isCustom(apiVersion: string): boolean {
  const group = groupOf(apiVersion)
  return group.includes('.') && !group.endsWith('.k8s.io')
}

function textOf(condition: { readonly reason: string; readonly message: string }): string {
  return [condition.reason, condition.message].filter((part) => part !== '').join(': ')
}
