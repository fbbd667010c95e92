import { expect, test } from 'vitest'
import { Application } from '../api/application.ts'
import { policyOf } from './policy.ts'

function policy(syncPolicy: unknown) {
  return policyOf(
    Application.parse({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop' },
      spec: {
        source: { repoURL: 'https://git.example.com/fleet.git', path: 'shop' },
        destination: { namespace: 'shop' },
        ...(syncPolicy === undefined ? {} : { syncPolicy }),
      },
    }),
  )
}

/** From Argo CD's documentation of the automated sync policy. */
const rows: { why: string; syncPolicy: unknown; wanted: object }[] = [
  { why: 'no policy: manual', syncPolicy: undefined, wanted: { enabled: false, prune: false, selfHeal: false } },
  { why: 'options alone: still manual', syncPolicy: { syncOptions: ['Validate=false'] }, wanted: { enabled: false } },
  {
    why: 'automated without more',
    syncPolicy: { automated: {} },
    wanted: { enabled: true, prune: false, selfHeal: false },
  },
  {
    why: 'automated switched off',
    syncPolicy: { automated: { enabled: false, prune: true } },
    wanted: { enabled: false },
  },
  {
    why: 'everything on',
    syncPolicy: { automated: { prune: true, selfHeal: true, allowEmpty: true } },
    wanted: { enabled: true, prune: true, selfHeal: true, allowEmpty: true },
  },
  { why: 'foreground pruning is the default', syncPolicy: {}, wanted: { propagation: 'Foreground' } },
  {
    why: 'background pruning',
    syncPolicy: { syncOptions: ['PrunePropagationPolicy=background'] },
    wanted: { propagation: 'Background' },
  },
  {
    why: 'pruning that orphans',
    syncPolicy: { syncOptions: ['PrunePropagationPolicy=orphan'] },
    wanted: { propagation: 'Orphan' },
  },
  { why: 'namespaces are not made by default', syncPolicy: {}, wanted: { createNamespace: false } },
  {
    why: 'namespaces on request',
    syncPolicy: { syncOptions: ['CreateNamespace=true'] },
    wanted: { createNamespace: true },
  },
  {
    why: 'and not for another value',
    syncPolicy: { syncOptions: ['CreateNamespace=false'] },
    wanted: { createNamespace: false },
  },
]

test.for(rows)('$why', ({ syncPolicy, wanted }) => {
  expect(policy(syncPolicy)).toMatchObject(wanted)
})
