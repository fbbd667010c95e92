import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { parseFixture } from './fixture.ts'
import { isEmptyPlan, makePlan } from './plan.ts'
import { printPlan } from './print.ts'
import { afterApply, fieldChangesOf, inputOf, type Story } from './story.ts'
import type { Plan } from './types.ts'
import { syncStatusOf } from './verdict.ts'

const folder = new URL('testdata/', import.meta.url)
const situations = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -5))

function readStory(situation: string): Story {
  return parseFixture(readFileSync(new URL(`${situation}.yaml`, folder), 'utf8'))[0] as Story
}

/** The printed plan, and below it what a person does not see: verdict, gates, forgotten records. */
function golden(story: Story, plan: Plan): string {
  const gates = plan.steps
    .filter((step) => step.unchanged.length > 0)
    .map((step) => `gate after ${step.phase} wave ${step.wave}: ${step.unchanged.join(', ')}`)
  const forgotten = plan.forget.map(({ key, reason }) => `forget ${key}: ${reason}`)
  return [
    printPlan(plan, fieldChangesOf(story)),
    '',
    `# ${syncStatusOf(plan)}`,
    ...[...gates, ...forgotten].map((line) => `# ${line}`),
    '',
  ].join('\n')
}

describe('makePlan()', () => {
  test.each(situations)('%s', async (situation) => {
    const story = readStory(situation)
    const plan = makePlan(inputOf(story))
    await expect(golden(story, plan)).toMatchFileSnapshot(`testdata/${situation}.plan`)
  })

  test.each(situations)('%s: after a successful run nothing is left to do', (situation) => {
    const input = inputOf(readStory(situation))
    const next = { ...afterApply(input, makePlan(input)), initiatedBy: 'automated' as const }
    expect(isEmptyPlan(makePlan(next))).toBe(true)
  })
})

function config(name: string, annotations: Record<string, string> = {}, size = '1'): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations }, data: { size } }
}

test('a record without fingerprint is applied again, because nobody knows whether it took effect', () => {
  const input = inputOf({ before: [config('a')] })
  const plan = makePlan({ ...input, inventory: input.inventory.map((record) => ({ ...record, fingerprint: '' })) })
  expect(plan.steps[0]?.changes.map((change) => [change.action, change.reason])).toEqual([
    ['update', 'not verified since it was applied'],
  ])
})

test('a removed tracking id releases the object instead of deleting it', () => {
  const input = inputOf({ before: [config('a'), config('b')], after: [config('b')] })
  const live = new Map([...input.live].map(([key, one]) => [key, { ...one, trackingId: '' }]))
  const plan = makePlan({ ...input, live })
  expect(isEmptyPlan(plan)).toBe(true)
  expect(plan.forget.map(({ key }) => key)).toEqual(['/ConfigMap/shop/a'])
})

test('a tracking id copied to another object does not make that one ours to delete', () => {
  const input = inputOf({ before: [config('a'), config('b')], after: [config('b')] })
  const live = new Map(
    [...input.live].map(([key, one]) => [key, { ...one, trackingId: 'shop:/ConfigMap:shop/origin' }]),
  )
  expect(isEmptyPlan(makePlan({ ...input, live }))).toBe(true)
})

test('an object that became a hook is not pruned', () => {
  const hook = config('a', { 'argocd.argoproj.io/hook': 'PreSync' })
  const plan = makePlan(inputOf({ before: [config('a'), config('b')], after: [hook, config('b')] }))
  expect(isEmptyPlan(plan)).toBe(true)
  expect(plan.forget.map(({ reason }) => reason)).toEqual(['became a hook'])
})

test('an object that is in the cluster but in no inventory is never pruned', () => {
  const input = inputOf({ before: [config('a')] })
  const extra = [...input.live.values()].map((one) => ({
    ...one,
    key: '/ConfigMap/shop/extra',
    trackingId: 'shop:/ConfigMap:shop/extra',
  }))
  const live = new Map([...input.live, ...extra.map((one) => [one.key, one] as const)])
  expect(isEmptyPlan(makePlan({ ...input, live }))).toBe(true)
})

test('a user may empty an application', () => {
  expect(
    makePlan(inputOf({ options: { initiatedBy: 'user' }, before: [config('a')], after: [] })).refused,
  ).toBeUndefined()
})

test('a hook alone does not keep an emptied application alive', () => {
  const hook = config('h', { 'argocd.argoproj.io/hook': 'PreSync' })
  expect(makePlan(inputOf({ before: [config('a')], after: [hook] })).refused?.reason).toBe('PruneRefused')
})

test('a Skip object left in Git means that the application is not empty by accident', () => {
  const skipped = config('s', { 'argocd.argoproj.io/hook': 'Skip' })
  expect(makePlan(inputOf({ before: [config('a')], after: [skipped] })).refused).toBeUndefined()
})
