/** HorizontalPodAutoscalers: no load is simulated, so the target is kept within the bounds and everything is reported as fine. */
import type { KubeObject } from '../../kube/object.ts'
import { groupOf } from '../../kube/object.ts'
import { withCondition } from './conditions.ts'
import type { Context, Controller } from './controller.ts'
import { controllerManager, writeStatus } from './controller.ts'
import { timestamp } from './timing.ts'
import type { Condition } from './types.ts'

export const autoscalerController: Controller = {
  kind: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
  reconcile,
}

interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string }
    minReplicas?: number
    maxReplicas: number
  }
  status?: { conditions?: Condition[]; lastScaleTime?: string; [field: string]: unknown }
}

type Target = KubeObject & { spec: { replicas?: number } }

function reconcile(context: Context, object: KubeObject): number | undefined {
  const autoscaler = object as Autoscaler
  if (autoscaler.metadata.deletionTimestamp !== undefined) return undefined
  const { scaleTargetRef, minReplicas = 1, maxReplicas } = autoscaler.spec
  const { apiVersion = 'apps/v1', kind, name } = scaleTargetRef
  const namespace = autoscaler.metadata.namespace ?? ''
  const target = context.cluster.get({ group: groupOf(apiVersion), kind, namespace, name }) as Target | undefined
  const now = context.clock.now()
  if (target === undefined) {
    const message = `the HPA controller was unable to get the target's current scale: ${kind.toLowerCase()}s.apps "${name}" not found`
    const failed = { type: 'AbleToScale', status: 'False' as const, reason: 'FailedGetScale', message }
    const conditions = withCondition(autoscaler.status?.conditions, failed, now)
    writeStatus(
      context,
      autoscaler,
      { currentMetrics: null, desiredReplicas: 0, ...autoscaler.status, conditions },
      controllerManager,
    )
    return context.timing.scheduleRetry * 10
  }
  const current = target.spec.replicas ?? 1
  // A target scaled to nothing is switched off on purpose.
  const desired = current === 0 ? 0 : Math.min(maxReplicas, Math.max(minReplicas, current))
  if (desired !== current) {
    context.cluster.update({ ...target, spec: { ...target.spec, replicas: desired } }, controllerManager)
    const message = `New size: ${desired}; reason: Current number of replicas ${desired > current ? 'below Spec.MinReplicas' : 'above Spec.MaxReplicas'}`
    context.recorder.record(autoscaler, {
      type: 'Normal',
      reason: 'SuccessfulRescale',
      message,
      source: 'horizontal-pod-autoscaler',
    })
  }
  const fine: [type: string, status: 'True' | 'False', reason: string, message: string][] = [
    ['AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size'],
    ['ScalingActive', 'True', 'ValidMetricFound', 'the HPA was able to successfully calculate a replica count'],
    ['ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range'],
  ]
  let conditions = autoscaler.status?.conditions
  for (const [type, status, reason, message] of fine) {
    conditions = withCondition(conditions, { type, status, reason, message }, now)
  }
  const status = {
    ...autoscaler.status,
    conditions,
    currentReplicas: desired,
    desiredReplicas: desired,
    observedGeneration: autoscaler.metadata.generation ?? 1,
    ...(desired === current ? {} : { lastScaleTime: timestamp(now) }),
  }
  writeStatus(context, autoscaler, status, controllerManager)
  return undefined
}
