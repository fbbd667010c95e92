/** Which deletes need a person: a row for each rule. */
import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { holdsData } from './data-kinds.ts'
import { defaultDeletionRules } from './guard.ts'
import { makePlan } from './plan.ts'
import { inputOf, type Story } from './story.ts'
import type { PlanInput } from './types.ts'

const config = (name: string, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(annotations === undefined ? {} : { annotations }) },
})
const set = (annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', ...(annotations === undefined ? {} : { annotations }) },
})
const configs = (count: number, annotations?: Record<string, string>) =>
  Array.from({ length: count }, (_, index) => config(`c${index}`, annotations))

function refusal(story: Story, more: Partial<PlanInput> = {}) {
  return makePlan({ ...inputOf(story), deletion: { rules: defaultDeletionRules, approved: new Set() }, ...more })
    .refused
}

const rows: readonly (readonly [string, Story, string])[] = [
  ['five of six are few', { before: configs(6), after: configs(1) }, ''],
  [
    'six of seven are many',
    { before: configs(7), after: configs(1) },
    '6 of 7 objects would be deleted, the guard allows 5',
  ],
  ['twelve of forty are a part', { before: configs(40), after: configs(28) }, ''],
  [
    'thirteen of forty are too many',
    { before: configs(40), after: configs(27) },
    'the guard allows 12 (30 %, at least 5)',
  ],
  [
    'data asks by itself',
    { before: [...configs(9), set()], after: configs(9) },
    'StatefulSet shop/db, which holds data,',
  ],
  ['data that may go', { before: [...configs(9), set({ 'halcyon.dev/deletion': 'allowed' })], after: configs(9) }, ''],
  [
    'objects that may go do not count',
    { before: configs(9, { 'halcyon.dev/deletion': 'allowed' }), after: [config('other')] },
    '',
  ],
  [
    'a removal of much without data',
    { before: configs(40), after: [], options: { removal: true, allowEmpty: true } },
    '',
  ],
  [
    'a removal with data',
    { before: [...configs(9), set()], after: [], options: { removal: true, allowEmpty: true } },
    'Cannot delete shop: StatefulSet shop/db',
  ],
  ['nothing to delete', { before: [set()], after: [set(), config('new')] }, ''],
]
test.each(rows)('%s', (_, story, want) => {
  const refused = refusal(story)
  if (want === '') expect(refused).toBeUndefined()
  else expect(refused).toMatchObject({ reason: 'DeletionGuard', message: expect.stringContaining(want) })
})

test('what was approved passes, also when a part of it is gone by now, and nothing more', () => {
  const story: Story = { before: configs(10), after: configs(1) }
  const approval = refusal(story)?.approval
  const deletion = { rules: defaultDeletionRules, approved: new Set(approval?.keys) }
  expect(refusal(story, { deletion })).toBeUndefined()
  expect(refusal({ ...story, cluster: { '/ConfigMap/shop/c9': 'gone' } }, { deletion })).toBeUndefined()
  expect(refusal({ before: configs(11), after: configs(1) }, { deletion })?.reason).toBe('DeletionGuard')
})

test('the name of a set of deletes depends on nothing but the set', () => {
  const story: Story = { before: configs(10), after: configs(1) }
  const plan = refusal(story)?.approval?.plan
  const { before = [] } = story
  expect(refusal({ ...story, before: before.toReversed() })?.approval?.plan).toBe(plan)
  expect(refusal(story, { revision: 'another' })?.approval?.plan).toBe(plan)
  expect(refusal({ ...story, after: configs(2) })?.approval?.plan).not.toBe(plan)
})

test.each([
  ['', 'PersistentVolumeClaim', true],
  ['', 'ConfigMap', false],
  ['postgresql.cnpg.io', 'Cluster', true],
  ['cluster.x-k8s.io', 'Cluster', false],
  ['rds.aws.upbound.io', 'Instance', true],
  ['s3.aws.m.upbound.io', 'Bucket', true],
  ['iam.aws.upbound.io', 'Role', false],
])('%s %s holds data: %s', (group, kind, want) => {
  expect(holdsData({ group, kind })).toBe(want)
})
