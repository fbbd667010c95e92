/** In which order would a sync apply these manifests? Phases, waves and kinds, without a cluster. Pure but for reading files. */
import type { SyncPhase } from '../api/views.ts'
import { groupOf, type KubeObject, type ObjectRef, refOf } from '../kube/object.ts'
import { isNamespacedBuiltIn } from '../kube/scopes.ts'
import { toDesired } from '../pipeline/plan/desired.ts'
import { hookVerdict } from '../pipeline/plan/hooks.ts'
import { orderDesired } from '../pipeline/plan/namespaces.ts'
import type { HookDeletePolicy } from '../pipeline/plan/types.ts'
import { phaseOrder } from '../pipeline/plan/waves.ts'
import { readObjects } from './files.ts'

export interface OrderedObject extends ObjectRef {
  readonly hook: boolean
  /** When a hook is deleted; empty for plain objects. */
  readonly deletePolicies: readonly HookDeletePolicy[]
}

/** One step of a sync: everything in it is applied, kind by kind, and then waited for. */
export interface OrderedStep {
  readonly phase: SyncPhase
  readonly wave: number
  readonly objects: readonly OrderedObject[]
}

export interface PlanOrder {
  readonly steps: readonly OrderedStep[]
  /** In the manifests, but no part of a sync: Skip, PreDelete, PostDelete, Helm tests and rollbacks; with the phases in which they run. */
  readonly outside: readonly (ObjectRef & { readonly phases: readonly SyncPhase[] })[]
  readonly warnings: readonly string[]
}

export interface OrderOptions {
  /** For objects that name none; default `default`. */
  readonly namespace?: string
  readonly syncOptions?: readonly string[]
}

/** Throws UsageInvalid or ManifestInvalid. */
export async function orderOfFiles(files: readonly string[], options: OrderOptions = {}): Promise<PlanOrder> {
  return orderOf(await readObjects(files), options)
}

/**
 * The order of a first sync. Kinds that neither Kubernetes nor a CRD among the manifests knows count as namespaced. Throws
 * ManifestInvalid for an object without a name that is not a hook.
 */
export function orderOf(objects: readonly KubeObject[], options: OrderOptions = {}): PlanOrder {
  const rendered = objects.map((object, index) => ({
    object: { ...object, metadata: object.metadata ?? {} },
    origin: { source: 0, path: `document ${index + 1}` },
  }))
  const desired = toDesired({
    application: { name: 'order', namespace: 'argocd' },
    destinationNamespace: options.namespace ?? 'default',
    rendered,
    isNamespaced: (kind) => isNamespacedBuiltIn(kind) ?? namespacedByCrd(objects, kind),
    syncOptions: options.syncOptions ?? [],
    instance: 'halcyon',
    revision: '',
  })
  const steps: { phase: SyncPhase; wave: number; objects: OrderedObject[] }[] = []
  for (const { ref, phase, wave, hook } of orderDesired(desired.objects)) {
    let step = steps.find((one) => one.phase === phase && one.wave === wave)
    if (step === undefined) {
      step = { phase, wave, objects: [] }
      steps.push(step)
    }
    step.objects.push({ ...ref, hook: hook !== undefined, deletePolicies: hook?.deletePolicies ?? [] })
  }
  const outside = rendered.flatMap(({ object }) => {
    const verdict = hookVerdict(object.metadata.annotations)
    if (verdict.kind === 'object') return []
    const phases = verdict.kind === 'never' ? [] : verdict.phases
    return phases.some((phase) => phaseOrder.includes(phase)) ? [] : [{ ...refOf(object), phases }]
  })
  return { steps, outside, warnings: desired.warnings }
}

/** undefined lets a CRD among the manifests speak; what nobody defines counts as namespaced. */
function namespacedByCrd(
  objects: readonly KubeObject[],
  kind: { readonly group: string; readonly kind: string },
): boolean | undefined {
  const defined = objects.some((object) => {
    if (object.kind !== 'CustomResourceDefinition' || groupOf(object.apiVersion) !== 'apiextensions.k8s.io')
      return false
    const spec = object['spec'] as { group?: string; names?: { kind?: string } } | undefined
    return spec?.group === kind.group && spec.names?.kind === kind.kind
  })
  return defined ? undefined : true
}
