import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { kindRank } from './kind-order.ts'
import { isEmptyPlan, makePlan } from './plan.ts'
import { printPlan } from './print.ts'
import { afterApply, desiredOf, fieldChangesOf, inputOf, revisionNow, type Story } from './story.ts'
import type { Change, Plan, PlanInput } from './types.ts'
import { compareSteps } from './waves.ts'

const kinds = [
  'v1 ConfigMap',
  'v1 Secret',
  'v1 Service',
  'v1 Namespace',
  'apps/v1 Deployment',
  'batch/v1 Job',
  'example.com/v1 Widget',
]

/** Unlike any other text in a plan, so that finding it means a leak. */
const secretValue = 'xyzzy-plugh'

const widgetCrd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: { group: 'example.com', scope: 'Namespaced', names: { kind: 'Widget' } },
}

const annotations = fc.record(
  {
    'argocd.argoproj.io/sync-wave': fc.constantFrom('-2', '-1', '0', '1', '3', 'x'),
    'argocd.argoproj.io/hook': fc.constantFrom('PreSync', 'Sync', 'PostSync', 'SyncFail', 'Skip', 'PreSync,PostSync'),
    'argocd.argoproj.io/sync-options': fc.constantFrom('Prune=false', 'PruneLast=true', 'Prune=confirm,Delete=false'),
    'helm.sh/resource-policy': fc.constant('keep'),
  },
  { requiredKeys: [] },
)

const object: fc.Arbitrary<KubeObject> = fc
  .record({
    kind: fc.constantFrom(...kinds),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    namespace: fc.constantFrom('a', 'b', 'shop'),
    // Hooks and options are rare, as in life; otherwise nothing plain would be left to plan.
    annotations: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: annotations }),
    size: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ kind, name, namespace, annotations, size }) => {
    const [apiVersion = '', kindName = ''] = kind.split(' ')
    const secret = kindName === 'Secret' ? { stringData: { password: `${secretValue}-${size}` } } : { spec: { size } }
    return { apiVersion, kind: kindName, metadata: { name, namespace, annotations }, ...secret }
  })

/** One object per key, as a renderer's output has it after duplicates are reported; the CRD makes Widgets plannable. */
const bundle = fc
  .uniqueArray(object, {
    selector: (one) => `${one.kind} ${one.kind === 'Namespace' ? '' : one.metadata.namespace}/${one.metadata.name}`,
    maxLength: 12,
  })
  .map((objects) => [...objects, widgetCrd])

const story: fc.Arbitrary<Story> = fc
  .record({
    before: bundle,
    after: bundle,
    kind: fc.constantFrom('sync' as const, 'heal' as const),
    prune: fc.boolean(),
    initiatedBy: fc.constantFrom('automated' as const, 'user' as const),
    syncOptions: fc.subarray(['PruneLast=true']),
    havoc: fc.array(fc.constantFrom('gone' as const, 'drifted' as const, 'deleting' as const, { trackedBy: 'other' }), {
      maxLength: 4,
    }),
  })
  .map(({ before, after, havoc, ...options }) => {
    const keys = desiredOf(before, revisionNow)
      .objects.filter((one) => one.hook === undefined)
      .map((one) => one.key)
    const cluster = Object.fromEntries(
      havoc.flatMap((what, index) => (keys[index] === undefined ? [] : [[keys[index], what]])),
    )
    return { before, after, options, cluster }
  })

const runs = { numRuns: 150 }

function changesOf(plan: Plan): Change[] {
  return plan.steps.flatMap((step) => step.changes)
}

test('the order of the inputs does not matter', () => {
  const shuffled = fc.tuple(story, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })))
  fc.assert(
    fc.property(shuffled, ([one, random]) => {
      const input = inputOf(one)
      const mix = <T>(items: Iterable<T>) =>
        [...items]
          .map((item) => ({ item, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ item }) => item)
      const mixed: PlanInput = {
        ...input,
        desired: mix(input.desired),
        inventory: mix(input.inventory),
        live: new Map(mix(input.live)),
      }
      expect(makePlan(mixed)).toEqual(makePlan(input))
    }),
    runs,
  )
})

test('after a successful run of a plan nothing is left to do', () => {
  fc.assert(
    fc.property(story, (one) => {
      const input = inputOf(one)
      // A heal leaves what only a sync may do (hooks), so the second look is the automated sync's.
      const next = { ...afterApply(input, makePlan(input)), kind: 'sync' as const, initiatedBy: 'automated' as const }
      expect(makePlan(next).steps).toEqual([])
      expect(isEmptyPlan(makePlan(next))).toBe(true)
    }),
    runs,
  )
})

test('only what is in the inventory, and no longer in Git, is ever removed', () => {
  fc.assert(
    fc.property(story, (one) => {
      const input = inputOf(one)
      const owned = new Set(input.inventory.map((record) => record.key))
      const wanted = new Set([...input.desired.map((desired) => desired.key), ...input.untouched])
      for (const change of changesOf(makePlan(input))) {
        if (change.action !== 'prune') continue
        expect(owned.has(change.key)).toBe(true)
        expect(wanted.has(change.key)).toBe(false)
        expect(input.live.get(change.key)?.trackingId.startsWith('shop:')).toBe(true)
      }
    }),
    runs,
  )
})

test('without permission to prune nothing is removed', () => {
  fc.assert(
    fc.property(story, (one) => {
      const plan = makePlan({ ...inputOf(one), prune: false })
      expect(changesOf(plan).filter((change) => change.action === 'prune')).toEqual([])
    }),
    runs,
  )
})

test('steps are in order of phase and wave, and every change is in the step of its place', () => {
  fc.assert(
    fc.property(story, (one) => {
      const { steps } = makePlan(inputOf(one))
      for (const [index, step] of steps.entries()) {
        const next = steps[index + 1]
        if (next !== undefined) expect(compareSteps(step, next)).toBeLessThan(0)
        for (const change of step.changes) expect([change.phase, change.wave]).toEqual([step.phase, step.wave])
        const firstWrite = step.changes.findIndex((change) => change.action !== 'prune')
        if (firstWrite >= 0)
          expect(step.changes.slice(firstWrite).some((change) => change.action === 'prune')).toBe(false)
      }
    }),
    runs,
  )
})

test('an object comes after its Namespace and its CRD when the same plan creates them', () => {
  fc.assert(
    fc.property(story, (one) => {
      const order = changesOf(makePlan(inputOf(one))).filter(
        (change) => change.desired !== undefined && change.phase !== 'SyncFail',
      )
      const position = new Map(order.map((change, index) => [change.key, index]))
      for (const [index, { ref, key }] of order.entries()) {
        const namespace = position.get(`/Namespace//${ref.namespace}`)
        if (namespace !== undefined && ref.namespace !== '')
          expect(namespace).toBeLessThanOrEqual(position.get(key) ?? index)
        const crd = position.get('apiextensions.k8s.io/CustomResourceDefinition//widgets.example.com')
        if (crd !== undefined && ref.kind === 'Widget') expect(crd).toBeLessThan(index)
      }
    }),
    runs,
  )
})

test('removing everything goes in the reverse of the order in which it was applied', () => {
  const plain = bundle.map((objects) =>
    objects
      .filter((one) => one.kind !== 'Widget' && one.kind !== 'CustomResourceDefinition')
      .map((one) => {
        const wave = one.metadata.annotations?.['argocd.argoproj.io/sync-wave']
        return {
          ...one,
          metadata: {
            ...one.metadata,
            annotations: wave === undefined ? {} : { 'argocd.argoproj.io/sync-wave': wave },
          },
        }
      }),
  )
  fc.assert(
    fc.property(plain, (objects) => {
      const up = changesOf(makePlan({ ...inputOf({ after: objects }), inventory: [], live: new Map() }))
      const down = changesOf(makePlan(inputOf({ before: objects, after: [], options: { allowEmpty: true } })))
      expect(down.map((change) => change.action)).toEqual(down.map(() => 'prune'))
      const rank = (change: Change) => `${change.key}`
      const moved = up.some((change) => change.desired !== undefined && change.ref.kind === 'Namespace')
      // A Namespace that was moved ahead shares the wave of what needed it; inside one wave kinds decide.
      if (moved) expect(new Set(down.map(rank))).toEqual(new Set(up.map(rank)))
      else expect(down.map(rank)).toEqual(up.map(rank).reverse())
      for (const step of makePlan(inputOf({ before: objects, after: [], options: { allowEmpty: true } })).steps) {
        const ranks = step.changes.map((change) => kindRank(change.ref.kind))
        expect(ranks).toEqual([...ranks].sort((a, b) => b - a))
      }
    }),
    runs,
  )
})

test('a printed plan contains no secret value', () => {
  fc.assert(
    fc.property(story, (one) => {
      const text = printPlan(makePlan(inputOf(one)), fieldChangesOf(one), { width: 400 })
      expect(text).not.toContain(secretValue)
      expect(text).not.toContain(Buffer.from(secretValue).toString('base64').slice(0, 8))
    }),
    runs,
  )
})
