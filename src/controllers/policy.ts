/** What an Application allows to happen without a person. Pure. */
import type { Application, Retry } from '../api/application.ts'
import { maxDeleteAnnotation, maxDeletePercentAnnotation, strictAnnotation } from '../api/names.ts'
import { type DeletionRules, defaultDeletionRules } from '../pipeline/plan/guard.ts'
import type { ObjectOptions } from '../pipeline/plan/types.ts'

export interface Policy {
  readonly enabled: boolean
  readonly prune: boolean
  readonly selfHeal: boolean
  readonly allowEmpty: boolean
  readonly retry: Retry | undefined
  readonly createNamespace: boolean
  readonly propagation: ObjectOptions['prunePropagationPolicy']
  /** Undefined: as Argo CD, without a budget. */
  readonly deletion: DeletionRules | undefined
}

/** Argo CD's defaults: `automated` absent = manual; `enabled` absent or null = on; prune, selfHeal and allowEmpty off; foreground pruning. */
export function policyOf(manifest: Application): Policy {
  const policy = manifest.spec.syncPolicy
  const automated = policy?.automated
  const options = new Set(policy?.syncOptions ?? [])
  return {
    enabled: automated !== undefined && automated !== null && automated.enabled !== false,
    prune: automated?.prune ?? false,
    selfHeal: automated?.selfHeal ?? false,
    allowEmpty: automated?.allowEmpty ?? false,
    retry: policy?.retry,
    createNamespace: options.has('CreateNamespace=true'),
    propagation: propagationOf(options),
    deletion: deletionRulesOf(manifest),
  }
}

/** The defaults, the annotations of the Application or ApplicationSet over them; none at all with `halcyon.dev/argocd-strict: "true"`. */
export function deletionRulesOf({ metadata }: Pick<Application, 'metadata'>): DeletionRules | undefined {
  const annotations = metadata.annotations ?? {}
  if (annotations[strictAnnotation] === 'true') return undefined
  return {
    ...defaultDeletionRules,
    maxDelete: wholeNumber(annotations[maxDeleteAnnotation], Number.MAX_SAFE_INTEGER) ?? defaultDeletionRules.maxDelete,
    maxDeletePercent:
      wholeNumber(annotations[maxDeletePercentAnnotation], 100) ?? defaultDeletionRules.maxDeletePercent,
  }
}

/** What is no number from 0 to `max` counts as absent: a slip must not open the guard. */
function wholeNumber(text: string | undefined, max: number): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) && Number(text) <= max ? Number(text) : undefined
}

function propagationOf(options: ReadonlySet<string>): ObjectOptions['prunePropagationPolicy'] {
  if (options.has('PrunePropagationPolicy=background')) return 'Background'
  if (options.has('PrunePropagationPolicy=orphan')) return 'Orphan'
  return 'Foreground'
}
