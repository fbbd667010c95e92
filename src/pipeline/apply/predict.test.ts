import { expect, test } from 'vitest'
import { ApiError, ConnectionError } from '../../kube/errors.ts'
import { toHalcyonError } from '../../targets/kubernetes.ts'
import { makePlan } from '../plan/plan.ts'
import { inputOf } from '../plan/story.ts'
import { predict, withoutNeedlessHooks } from './predict.ts'
import type { Target } from './target.ts'

const hook = { 'argocd.argoproj.io/hook': 'PreSync' }
const config = (name: string, annotations = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, annotations },
})
const planOf = (...objects: ReturnType<typeof config>[]) => makePlan(inputOf({ after: objects }))
const keysOf = (plan: ReturnType<typeof planOf>) =>
  plan.steps.flatMap((step) => step.changes.map((change) => change.key.split('/').at(-1)))
const key = (name: string) => `/ConfigMap/shop/${name}`

test('hooks stay with a plan in which something differs, and go when the server says that nothing does', () => {
  const plan = planOf(config('migrate', hook), config('a'), config('b'))
  expect(keysOf(withoutNeedlessHooks(plan, new Set([key('a')])))).toEqual(['migrate', 'a', 'b'])
  expect(keysOf(withoutNeedlessHooks(plan, new Set([key('a'), key('b')])))).toEqual(['a', 'b'])
})

test('a plan of hooks alone was made on purpose', () => {
  const plan = makePlan(inputOf({ before: [config('migrate', hook)], options: { initiatedBy: 'user' } }))
  expect(keysOf(withoutNeedlessHooks(plan, new Set()))).toEqual(['migrate'])
})

/** A cluster that answers every dry run with the error. */
function refusing(error: Error): Target {
  const signal = new AbortController().signal
  const predicted = async (desired: { ref: { name: string } }) => {
    throw toHalcyonError(error, `apply ConfigMap shop/${desired.ref.name}`, 'test', signal)
  }
  return { name: 'test', live: () => undefined, isNamespaced: () => true, predict: predicted } as unknown as Target
}

async function messageOf(error: Error, ...names: string[]): Promise<string> {
  const plan = planOf(...names.map((name) => config(name)))
  const signal = new AbortController().signal
  return predict(
    plan,
    () => refusing(error),
    () => false,
    signal,
  ).then(
    () => '',
    (refusal: Error) => refusal.message,
  )
}

test('what is wrong with the server is said once, however many objects it met', async () => {
  const away = new ConnectionError('the API server https://x refused the connection')
  expect(await messageOf(away, 'a')).toBe(
    'Cannot sync shop: ConfigMap shop/a in test: the API server https://x refused the connection (nothing was written)',
  )
  expect(await messageOf(away, 'a', 'b', 'c', 'd')).toBe(
    'Cannot sync shop: ConfigMap shop/a in test: the API server https://x refused the connection (and the same for 3 other objects) (nothing was written)',
  )
})

test('what is wrong with objects is said of each, at most three in full', async () => {
  const invalid = new ApiError(422, 'Invalid', 'it is too long')
  expect(await messageOf(invalid, 'a', 'b', 'c', 'd')).toBe(
    'Cannot sync shop: ConfigMap shop/a in test: it is too long; ConfigMap shop/b in test: it is too long; ConfigMap shop/c in test: it is too long; and 1 more (nothing was written)',
  )
})
