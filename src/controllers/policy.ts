/** What an Application allows to happen without a person. Pure. */
import type { Application, Retry } from '../api/application.ts'
import type { ObjectOptions } from '../pipeline/plan/types.ts'

export interface Policy {
  readonly enabled: boolean
  readonly prune: boolean
  readonly selfHeal: boolean
  readonly allowEmpty: boolean
  readonly retry: Retry | undefined
  readonly createNamespace: boolean
  readonly propagation: ObjectOptions['prunePropagationPolicy']
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
  }
}

function propagationOf(options: ReadonlySet<string>): ObjectOptions['prunePropagationPolicy'] {
  if (options.has('PrunePropagationPolicy=background')) return 'Background'
  if (options.has('PrunePropagationPolicy=orphan')) return 'Orphan'
  return 'Foreground'
}
