import { expect, test } from 'vitest'
import { readApplicationSet } from '../../api/applicationset.ts'
import type { KubeObject } from '../../kube/object.ts'
import { requeueAfterMs } from './requeue.ts'
import { planRollout, type RolloutMember } from './rollout.ts'
import { planSet } from './set-plan.ts'
import { concernsGenerators } from './webhook.ts'

function setOf(spec: object, annotations: Record<string, string> = {}) {
  return readApplicationSet({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'set', annotations },
    spec: { generators: [], template: { spec: {} }, ...spec },
  }).set
}

const rules = { maxDelete: 5, maxDeletePercent: 30, protectData: true }

const app = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name },
  spec: { project: 'p', ...more },
})
const byName = (...apps: KubeObject[]) => new Map(apps.map((one) => [one.metadata.name ?? '', one]))
const shown = (spec: object) => {
  const plan = planSet(
    setOf(spec),
    [app('new'), app('changed', { x: 2 }), app('same')],
    byName(app('changed', { x: 1 }), app('same'), app('gone')),
    rules,
  )
  return [plan.create, plan.update, plan.remove, plan.kept].map((list) =>
    list.map((one) => (typeof one === 'string' ? one : 'name' in one ? one.name : one.metadata.name)),
  )
}

test.each([
  ['sync does it all', {}, [['new'], ['changed'], ['gone'], []]],
  ['create-only keeps the rest', { applicationsSync: 'create-only' }, [['new'], [], [], ['changed', 'gone']]],
  ['create-update removes nothing', { applicationsSync: 'create-update' }, [['new'], ['changed'], [], ['gone']]],
  ['create-delete changes nothing', { applicationsSync: 'create-delete' }, [['new'], [], ['gone'], ['changed']]],
])('applicationsSync: %s', (_, syncPolicy, want) => {
  expect(shown({ syncPolicy })).toEqual(want)
})

test('removing all applications, or more than the budget, waits for a person; an annotation is the way to agree', () => {
  const two = byName(app('a'), app('b'))
  expect(planSet(setOf({}), [], two, rules)).toMatchObject({
    remove: [],
    refused: { reason: 'DeletionGuard', message: expect.stringContaining('all 2 would go at once') },
  })
  const many = byName(...Array.from({ length: 16 }, (_, index) => app(`a${index}`)))
  const left = (count: number) => [...many.values()].slice(0, count)
  expect(planSet(setOf({}), left(10), many, rules).refused?.message).toMatch(
    /6 of 16, where 5 are allowed, would go at once; .* halcyon\.dev\/max-delete: "6"$/,
  )
  expect(planSet(setOf({}), left(11), many, rules).remove).toHaveLength(5)
  const agreed = setOf({}, { 'halcyon.dev/max-delete': '16' })
  expect(planSet(agreed, [], many, { ...rules, maxDelete: 16 }).remove).toHaveLength(16)
  expect(planSet(setOf({}), [], many, undefined).remove).toHaveLength(16)
})

test('fields that are not the business of the set stay as they are', () => {
  const present: KubeObject = {
    ...app('a', { source: { targetRevision: 'by-hand', path: 'x' }, list: [{ v: 1 }] }),
    metadata: { name: 'a', annotations: { 'own/note': 'kept', other: 'old' } },
  }
  const next: KubeObject = {
    ...app('a', { source: { targetRevision: 'main', path: 'y', ref: 'new' }, list: [{ v: 2 }] }),
    metadata: { name: 'a' },
  }
  const { update } = planSet(
    setOf({
      preservedFields: { annotations: ['own/note'] },
      ignoreApplicationDifferences: [
        { jsonPointers: ['/spec/source/targetRevision', '/spec/list/0/v'] },
        { name: 'another', jsonPointers: ['/spec/source/path'] },
      ],
    }),
    [next],
    byName(present),
    rules,
    new Map([['a', [['spec', 'source', 'ref']]]]),
  )
  expect(update).toEqual([
    {
      ...app('a', { source: { targetRevision: 'by-hand', path: 'y' }, list: [{ v: 1 }] }),
      metadata: { name: 'a', annotations: { 'own/note': 'kept' } },
    },
  ])
})

const member = (name: string, env: string, state: 'new' | 'running' | 'progressing' | 'done'): RolloutMember => ({
  name,
  labels: { env },
  synced: state === 'done' || state === 'progressing',
  healthy: state === 'done',
  running: state === 'running',
})
const steps = [
  { matchExpressions: [{ key: 'env', operator: 'In' as const, values: ['dev'] }] },
  { matchExpressions: [{ key: 'env', operator: 'In' as const, values: ['qa'] }], maxUpdate: '50%' },
  {
    matchExpressions: [
      { key: 'env', operator: 'In' as const, values: ['prod', 'hand'] },
      { key: 'env', operator: 'NotIn' as const, values: ['hand'] },
    ],
    maxUpdate: 1,
  },
]

test.each([
  [
    'the first step goes at once',
    [member('d1', 'dev', 'new'), member('d2', 'dev', 'new'), member('q', 'qa', 'new')],
    ['d1', 'd2'],
  ],
  ['a step waits for health', [member('d1', 'dev', 'progressing'), member('q', 'qa', 'new')], []],
  [
    'a share is rounded down',
    [member('d', 'dev', 'done'), member('q1', 'qa', 'new'), member('q2', 'qa', 'new'), member('q3', 'qa', 'new')],
    ['q1'],
  ],
  ['what runs counts', [member('p1', 'prod', 'running'), member('p2', 'prod', 'new')], []],
  ['NotIn wins over In', [member('h', 'hand', 'new')], []],
  ['all done is nothing to do', [member('d', 'dev', 'done'), member('p', 'prod', 'done')], []],
])('rollout: %s', (_, members, want) => {
  expect(planRollout(steps, members).sync).toEqual(want)
})

test('rollout: every application says where it stands', () => {
  const { members, step } = planRollout(steps, [
    member('d', 'dev', 'running'),
    member('p', 'prod', 'new'),
    member('h', 'hand', 'new'),
  ])
  expect(step).toBe(1)
  expect(members).toEqual([
    { name: 'd', step: 1, status: 'Progressing', message: 'it is being synced' },
    { name: 'p', step: 3, status: 'Waiting', message: 'step 1 is not through' },
    { name: 'h', step: 0, status: 'Waiting', message: 'no step selects it: sync it by hand' },
  ])
  expect(planRollout([{ maxUpdate: 0 }], [member('x', 'any', 'new')])).toMatchObject({
    sync: [],
    members: [{ status: 'Waiting', message: 'maxUpdate of its step is 0: sync it by hand' }],
  })
})

test('a set looks again when nothing would tell it of a change', () => {
  expect(requeueAfterMs(setOf({ generators: [{ list: {} }, { git: { repoURL: 'r' } }] }))).toBeUndefined()
  expect(
    requeueAfterMs(
      setOf({
        generators: [{ matrix: { generators: [{ clusters: {} }, { pullRequest: { requeueAfterSeconds: 20 } }] } }],
      }),
    ),
  ).toBe(20_000)
  expect(requeueAfterMs(setOf({ generators: [{ scmProvider: {} }] }))).toBe(1_800_000)
})

test.each([
  ['https://github.com/Org/shop.git', true],
  ['git@github.com:org/shop.git', true],
  ['https://gitlab.example.com/team/web', true],
  ['https://dev.azure.com/acme/proj/_git/infra', true],
  ['https://github.com/org/shop-two', false],
  ['https://github.com/other/shop', false],
])('a notification about %s concerns the set: %s', (url, want) => {
  const set = setOf({
    generators: [
      { list: {} },
      {
        matrix: {
          generators: [
            { pullRequest: { github: { owner: 'org', repo: 'shop' } } },
            { scmProvider: { gitlab: { group: 'team' } } },
          ],
        },
      },
      { pullRequest: { azuredevops: { organization: 'acme', project: 'proj', repo: 'infra' } } },
    ],
  })
  expect(concernsGenerators(set, [url])).toBe(want)
  expect(concernsGenerators(set, [])).toBe(true)
  expect(concernsGenerators(setOf({ generators: [{ list: {} }] }), [url])).toBe(false)
})
