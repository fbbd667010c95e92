import { describe, expect, test } from 'vitest'
import { generatedName, hookVerdict } from './hooks.ts'
import { defaultOptions, optionsOf, parseOptions, pruneRulesOf } from './options.ts'
import { shortRevision } from './revision.ts'
import { parseTrackingId, trackedBy } from './tracking.ts'
import { waveOf } from './waves.ts'

const hook = 'argocd.argoproj.io/hook'
const helm = 'helm.sh/hook'

describe('hookVerdict()', () => {
  const rows: readonly { reason: string; annotations: Record<string, string>; want: string }[] = [
    { reason: 'no annotation', annotations: {}, want: 'object' },
    {
      reason: 'phases in the order of a sync, not of the text',
      annotations: { [hook]: 'PostSync, PreSync' },
      want: 'PreSync PostSync',
    },
    { reason: 'a repeated phase runs once', annotations: { [hook]: 'Sync,Sync' }, want: 'Sync' },
    { reason: 'Skip alone is never applied', annotations: { [hook]: 'Skip' }, want: 'never' },
    {
      reason: 'Skip beside a phase does not count (Argo CD)',
      annotations: { [hook]: 'Skip,PreSync' },
      want: 'PreSync',
    },
    {
      reason: 'the phases of a deletion',
      annotations: { [hook]: 'PostDelete,PreDelete' },
      want: 'PreDelete PostDelete',
    },
    {
      reason: "Helm's phases of a deletion",
      annotations: { [helm]: 'pre-delete,post-delete' },
      want: 'PreDelete PostDelete',
    },
    { reason: 'names are exact', annotations: { [hook]: 'presync' }, want: 'never presync' },
    {
      reason: 'pre-install and pre-upgrade are one PreSync',
      annotations: { [helm]: 'pre-install,pre-upgrade' },
      want: 'PreSync',
    },
    { reason: 'a Helm test', annotations: { [helm]: 'test' }, want: 'never' },
    { reason: 'post-rollback does not run', annotations: { [helm]: 'post-rollback,post-upgrade' }, want: 'PostSync' },
    { reason: 'crd-install is a plain CRD', annotations: { [helm]: 'crd-install' }, want: 'object' },
    { reason: 'Argo CD wins over Helm', annotations: { [hook]: 'Sync', [helm]: 'pre-install' }, want: 'Sync' },
    {
      reason: 'an unknown Argo CD type falls back to Helm',
      annotations: { [hook]: 'Nope', [helm]: 'pre-install' },
      want: 'PreSync',
    },
  ]
  test.each(rows)('$reason', ({ annotations, want }) => {
    const verdict = hookVerdict(annotations)
    const text =
      verdict.kind === 'hook'
        ? verdict.phases.join(' ')
        : verdict.kind === 'never'
          ? `never ${verdict.unknown ?? ''}`.trim()
          : 'object'
    expect(text).toBe(want)
  })

  const policies: readonly { reason: string; annotations: Record<string, string>; want: string[] }[] = [
    { reason: 'none means BeforeHookCreation', annotations: {}, want: ['BeforeHookCreation'] },
    {
      reason: 'only unknown ones mean the default too',
      annotations: { 'argocd.argoproj.io/hook-delete-policy': 'Never' },
      want: ['BeforeHookCreation'],
    },
    {
      reason: 'both tools’ policies add up',
      annotations: {
        'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded',
        'helm.sh/hook-delete-policy': 'hook-failed',
      },
      want: ['HookSucceeded', 'HookFailed'],
    },
  ]
  test.each(policies)('delete policies: $reason', ({ annotations, want }) => {
    expect(hookVerdict({ [hook]: 'PreSync', ...annotations })).toMatchObject({ deletePolicies: want })
  })
})

describe('waveOf()', () => {
  const rows: readonly (readonly [string, Record<string, string>, number])[] = [
    ['absent', {}, 0],
    ['negative', { 'argocd.argoproj.io/sync-wave': '-3' }, -3],
    ['a plus sign', { 'argocd.argoproj.io/sync-wave': '+3' }, 3],
    ['minus zero is zero', { 'argocd.argoproj.io/sync-wave': '-0' }, 0],
    ['Helm’s weight', { 'helm.sh/hook-weight': '4' }, 4],
    ['the wave beats the weight', { 'argocd.argoproj.io/sync-wave': '1', 'helm.sh/hook-weight': '4' }, 1],
    [
      'an unparsable wave falls back to the weight',
      { 'argocd.argoproj.io/sync-wave': 'one', 'helm.sh/hook-weight': '4' },
      4,
    ],
    ['spaces do not parse', { 'argocd.argoproj.io/sync-wave': ' 1' }, 0],
    ['fractions do not parse', { 'argocd.argoproj.io/sync-wave': '1.5' }, 0],
  ]
  test.each(rows)('%s', (_, annotations, want) => {
    expect(Object.is(waveOf(annotations), want)).toBe(true)
  })
})

describe('optionsOf()', () => {
  const resolve = (own: string, application: string[] = []) => {
    const map = parseOptions(application)
    return optionsOf(own === '' ? undefined : { 'argocd.argoproj.io/sync-options': own }, map, defaultOptions(map))
  }

  test('what Argo CD does when nobody says anything', () => {
    expect(resolve('')).toEqual({
      prune: true,
      pruneLast: false,
      delete: true,
      replace: false,
      force: false,
      validate: true,
      skipDryRunOnMissingResource: false,
      prunePropagationPolicy: 'Foreground',
      ignoreHealthcheck: false,
    })
  })

  test('the object beats the application, option by option', () => {
    const options = resolve('Replace=false, Prune=false', [
      'Replace=true',
      'Force=true',
      'PrunePropagationPolicy=orphan',
    ])
    expect(options).toMatchObject({ replace: false, force: true, prune: false, prunePropagationPolicy: 'Orphan' })
  })

  test('confirm keeps, because nobody can be asked yet', () => {
    expect(resolve('Prune=confirm,Delete=confirm')).toMatchObject({ prune: false, delete: false })
  })

  test('objects that say nothing share one value', () => {
    const map = parseOptions([])
    const defaults = defaultOptions(map)
    expect(optionsOf({ 'example.com/a': 'b' }, map, defaults)).toBe(defaults)
  })

  test('a live object without a word on pruning costs nothing', () => {
    expect(
      pruneRulesOf({
        apiVersion: 'v1',
        kind: 'A',
        metadata: { annotations: { 'argocd.argoproj.io/sync-options': 'Replace=true' } },
      }),
    ).toBeUndefined()
  })
})

describe('trackedBy()', () => {
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['its own id', '/Service/default/ui', 'guestbook:/Service:default/ui', 'guestbook'],
    ['no id', '/Service/default/ui', '', ''],
    [
      'cluster-scoped: the namespace slot is not compared',
      'rbac.authorization.k8s.io/ClusterRole//r',
      'a:rbac.authorization.k8s.io/ClusterRole:x/r',
      'a',
    ],
    ['copied from another object', '/Service/default/ui', 'guestbook:/Service:default/other', ''],
    ['copied from another namespace', '/Service/default/ui', 'guestbook:/Service:prod/ui', ''],
    ['another group', '/Service/default/ui', 'guestbook:apps/Service:default/ui', ''],
    ['two parts', '/Service/default/ui', 'guestbook:/Service', ''],
    ['four parts', '/Service/default/ui', 'a:b:/Service:default/ui', ''],
  ]
  test.each(rows)('%s', (_, key, id, want) => {
    expect(trackedBy(key, id)).toBe(want)
  })

  test('a kind with too many slashes is not tracked', () => {
    expect(parseTrackingId('a:b/c/d:e/f')).toBeUndefined()
  })
})

test.each([
  ['a commit', '1b22f01222222222222222222222222222222222', '1b22f01'],
  ['a content hash', `sha256:${'ab12'.repeat(16)}`, 'ab12ab1'],
  ['a chart version', '1.2.3', '1.2.3'],
  ['several sources', `${'a'.repeat(40)},1.2.3`, 'aaaaaaa+1.2.3'],
])('shortRevision() of %s', (_, revision, want) => {
  expect(shortRevision(revision)).toBe(want)
})

test('generatedName() without a revision still ends in the phase', () => {
  expect(generatedName('a-', '', 'PreSync')).toBe('a-presync')
})
