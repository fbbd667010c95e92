/** Health of autoscaling/HorizontalPodAutoscaler. Pure. */
import { getField, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, healthy, progressing } from '../verdict.ts'

/** `<condition>/<reason>` that no waiting cures. */
const broken: ReadonlySet<string> = new Set([
  'AbleToScale/FailedGetScale',
  'AbleToScale/FailedUpdateScale',
  'ScalingActive/FailedGetResourceMetric',
  'ScalingActive/InvalidSelector',
])

/**
 * The first condition that says something decides (Argo CD). Version v1 keeps its conditions in an annotation. Broken conditions are
 * looked for first, so that their order in the list does not matter.
 */
export function autoscalerHealth(object: KubeObject): HealthVerdict {
  const conditions = conditionsOf(object)
  const bad = conditions.find((one) => broken.has(`${getString(one, 'type')}/${getString(one, 'reason')}`))
  if (bad !== undefined) return degraded(getString(bad, 'message') ?? '')
  const good = conditions.some((one) => {
    const type = getString(one, 'type')
    return (type === 'AbleToScale' || type === 'ScalingLimited') && getString(one, 'status') === 'True'
  })
  return good ? healthy : progressing('waiting for the first scaling decision')
}

function conditionsOf(object: KubeObject): readonly unknown[] {
  const listed = getField(object, 'status', 'conditions')
  if (Array.isArray(listed)) return listed
  const text = object.metadata.annotations?.['autoscaling.alpha.kubernetes.io/conditions']
  if (text === undefined) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : []
  } catch {
    return []
  }
}
