/** Health of autoscaling/HorizontalPodAutoscaler. Pure. */
import { getList, getString } from '../../../../kube/fields.ts'
import { type KubeObject, versionOf } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, progressing } from '../verdict.ts'

/** `<condition>/<reason>` that no waiting cures. */
const broken: ReadonlySet<string> = new Set([
  'AbleToScale/FailedGetScale',
  'AbleToScale/FailedUpdateScale',
  'ScalingActive/FailedGetResourceMetric',
  'ScalingActive/InvalidSelector',
])

/** In the order of the list, the first condition that says something decides (Argo CD). Version v1 keeps its conditions in an annotation. */
export function autoscalerHealth(object: KubeObject): HealthVerdict {
  const conditions = versionOf(object.apiVersion) === 'v1' ? annotated(object) : getList(object, 'status', 'conditions')
  if (conditions === undefined) return { status: 'Unknown', message: 'its conditions annotation is not a JSON list' }
  for (const one of conditions) {
    const type = getString(one, 'type') ?? ''
    const message = getString(one, 'message') ?? ''
    if (broken.has(`${type}/${getString(one, 'reason')}`)) return degraded(message)
    const good = type === 'AbleToScale' || type === 'ScalingLimited'
    if (good && getString(one, 'status') === 'True') return { status: 'Healthy', message }
  }
  return progressing('Waiting to Autoscale')
}

/** Undefined when it cannot be read. */
function annotated(object: KubeObject): readonly unknown[] | undefined {
  const text = getString(object, 'metadata', 'annotations', 'autoscaling.alpha.kubernetes.io/conditions')
  if (text === undefined) return []
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
