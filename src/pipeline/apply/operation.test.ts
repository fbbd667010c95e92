import { expect, test } from 'vitest'
import { HalcyonError } from '../../api/errors.ts'
import type { HealthStatus, SyncPhase } from '../../api/views.ts'
import { parseRefKey } from '../../kube/object.ts'
import { FakeClock } from '../../runtime/clock.ts'
import type { HookRun } from '../../store/store.ts'
import type { Change, DesiredObject, LiveObject, Plan, Step } from '../plan/types.ts'
import { createNotifier } from './notifier.ts'
import { type OperationContext, runOperation } from './operation.ts'
import type { Target, Written } from './target.ts'

/** A cluster that writes down what it is asked, and whose objects get the health the story gives them. */
function scene(health: (key: string) => HealthStatus | '' = () => 'Healthy') {
  const clock = new FakeClock()
  const changed = createNotifier()
  const log: string[] = []
  const live = new Map<string, LiveObject>()
  const runs = new Map<string, HookRun>()
  const put = (key: string, status: HealthStatus | '') => {
    live.set(key, {
      key,
      uid: `uid-${key}`,
      resourceVersion: '1',
      fingerprint: 'f',
      deleting: false,
      health: status,
      message: 'as the story says',
      trackingId: '',
      pruneRules: undefined,
    })
    changed.notify()
  }
  const target: Target = {
    name: 'test',
    gatesLastStep: true,
    revives: false,
    owns: () => true,
    isNamespaced: () => true,
    serves: () => true,
    prepare: async () => {},
    live: (key) => live.get(key),
    read: async () => undefined,
    predict: async (desired) => written(desired),
    apply: async (desired) => {
      log.push(`apply ${desired.ref.kind} ${desired.ref.name}`)
      put(desired.key, health(desired.key))
      return written(desired)
    },
    remove: async (ref) => {
      log.push(`delete ${ref.kind} ${ref.name}`)
      live.delete(`${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`)
      changed.notify()
    },
    rediscover: async () => void log.push('rediscover'),
  }
  const context = (steps: readonly Step[]): OperationContext => ({
    id: 'op',
    plan: planOf(steps),
    clock,
    targetOf: () => target,
    writing: { run: (work) => work() },
    changed,
    journal: {
      find: (key, phase) => runs.get(`${key} ${phase}`),
      put: async (run) => {
        log.push(`journal ${parseRefKey(run.key).name} ${run.succeeded ?? 'started'}`)
        runs.set(`${run.key} ${run.phase}`, run)
      },
    },
    settled: new Set(),
    waveDelayMs: 0,
    propagation: 'Foreground',
    onProgress: () => {},
    onApplied: () => {},
    onRemoved: () => {},
    onWritten: () => void log.push('written'),
    persist: async () => void log.push('persist'),
    record: async () => void log.push('record'),
    onStep: (_step, work) => work(),
  })
  return { clock, log, live, runs, put, context }
}

function written(desired: DesiredObject): Written {
  return { object: desired.object, uid: `uid-${desired.key}`, fingerprint: 'f', created: true, warnings: [] }
}

function change(action: Change['action'], kind: string, name: string, phase: SyncPhase = 'Sync', wave = 0): Change {
  const group = kind === 'Job' ? 'batch' : kind === 'Deployment' ? 'apps' : ''
  const key = `${group}/${kind}/shop/${name}`
  const ref = parseRefKey(key)
  const desired: DesiredObject = {
    ref,
    key,
    object: { apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, metadata: { name, namespace: 'shop' } },
    digest: 'd',
    phase,
    wave,
    hook: action === 'hook' ? { deletePolicies: ['BeforeHookCreation'] } : undefined,
    options: {
      prune: true,
      pruneLast: false,
      delete: true,
      replace: false,
      force: false,
      validate: true,
      skipDryRunOnMissingResource: false,
      prunePropagationPolicy: 'Foreground',
      ignoreHealthcheck: false,
    },
    origin: undefined,
  }
  return {
    action,
    ref,
    key,
    phase,
    wave,
    reason: 'test',
    desired: action === 'prune' ? undefined : desired,
    recorded: undefined,
    outOfSync: action !== 'hook',
  }
}

function step(phase: SyncPhase, wave: number, ...changes: Change[]): Step {
  return { phase, wave, changes, unchanged: [] }
}

function planOf(steps: readonly Step[]): Plan {
  return { application: 'shop', revision: 'abc', kind: 'sync', steps, skipped: [], forget: [], refused: undefined }
}

const never = new AbortController().signal

test('runOperation() has the inventory on disk before the first write and after each step', async () => {
  const { log, context } = scene()

  await runOperation(
    context([step('Sync', 0, change('create', 'ConfigMap', 'a')), step('Sync', 1, change('create', 'ConfigMap', 'b'))]),
    never,
  )

  expect(log).toEqual(['persist', 'apply ConfigMap a', 'record', 'apply ConfigMap b', 'written', 'record'])
})

test('runOperation() waits for a wave to be healthy before it begins the next', async () => {
  const { log, context, put, clock } = scene((key) => (key.endsWith('database') ? 'Progressing' : 'Healthy'))
  const running = runOperation(
    context([
      step('Sync', 0, change('create', 'Deployment', 'database')),
      step('Sync', 1, change('create', 'Deployment', 'web')),
    ]),
    never,
  )
  await clock.advance(60_000)
  expect(log).not.toContain('apply Deployment web')

  put('apps/Deployment/shop/database', 'Healthy')
  await running

  expect(log).toContain('apply Deployment web')
})

test('runOperation() journals a hook before it creates it, and its end after', async () => {
  const { log, context } = scene()

  await runOperation(context([step('PreSync', 0, change('hook', 'Job', 'migrate', 'PreSync'))]), never)

  expect(log.filter((line) => !/persist|record|written/.test(line))).toEqual([
    'journal migrate started',
    'apply Job migrate',
    'journal migrate started',
    'journal migrate true',
  ])
})

test('runOperation() replaces the run of an earlier operation, for the policy says so', async () => {
  const { log, context, put } = scene()
  put('batch/Job/shop/migrate', 'Healthy')

  await runOperation(context([step('PreSync', 0, change('hook', 'Job', 'migrate', 'PreSync'))]), never)

  expect(log.indexOf('delete Job migrate')).toBeLessThan(log.indexOf('apply Job migrate'))
  expect(log).toContain('delete Job migrate')
})

test('runOperation() never runs a hook twice for one operation', async () => {
  const { log, context, runs, put } = scene()
  const hook = change('hook', 'Job', 'migrate', 'PreSync')
  runs.set(`${hook.key} PreSync`, {
    operation: 'op',
    application: 'shop',
    key: hook.key,
    phase: 'PreSync',
    uid: 'uid',
    startedAt: '2026-01-01T00:00:00Z',
  })
  put(hook.key, 'Healthy')

  await runOperation(context([step('PreSync', 0, hook)]), never)

  expect(log.some((line) => line.startsWith('apply') || line.startsWith('delete'))).toBe(false)
})

test('runOperation() takes a hook that finished before a restart as finished, though its Job is gone', async () => {
  const { log, context, runs } = scene()
  const hook = change('hook', 'Job', 'migrate', 'PreSync')
  runs.set(`${hook.key} PreSync`, {
    operation: 'op',
    application: 'shop',
    key: hook.key,
    phase: 'PreSync',
    uid: 'uid',
    startedAt: '',
    finishedAt: '',
    succeeded: true,
  })

  await runOperation(context([step('PreSync', 0, hook), step('Sync', 0, change('create', 'ConfigMap', 'a'))]), never)

  expect(log.filter((line) => line.startsWith('apply'))).toEqual(['apply ConfigMap a'])
})

test('runOperation() runs SyncFail hooks after a failed hook, and nothing of the later phases', async () => {
  const { log, context } = scene((key) => (key.endsWith('migrate') ? 'Degraded' : 'Healthy'))
  const steps = [
    step('PreSync', 0, change('hook', 'Job', 'migrate', 'PreSync')),
    step('Sync', 0, change('create', 'ConfigMap', 'a')),
    step('SyncFail', 0, change('hook', 'Job', 'tell', 'SyncFail')),
  ]

  await expect(runOperation(context(steps), never)).rejects.toMatchObject({ reason: 'HookFailed' })

  expect(log.filter((line) => line.startsWith('apply'))).toEqual(['apply Job migrate', 'apply Job tell'])
})

test('runOperation() leaves without SyncFail hooks when a newer revision takes over', async () => {
  const { log, context, clock } = scene(() => 'Progressing')
  const abort = new AbortController()
  const steps = [
    step('Sync', 0, change('create', 'Deployment', 'web')),
    step('SyncFail', 0, change('hook', 'Job', 'tell', 'SyncFail')),
  ]
  const running = runOperation(context(steps), abort.signal)
  const outcome = expect(running).rejects.toMatchObject({ reason: 'Superseded' })
  await clock.advance(1_000)

  abort.abort(new HalcyonError('Superseded', 'Cannot finish'))
  await outcome

  expect(log).not.toContain('apply Job tell')
})

test('runOperation() deletes before it applies inside a step, and waits until what it deleted is gone', async () => {
  const { log, context, put } = scene()
  put('/ConfigMap/shop/old', '')

  await runOperation(
    context([step('Sync', 0, change('prune', 'ConfigMap', 'old'), change('create', 'ConfigMap', 'new'))]),
    never,
  )

  expect(log.filter((line) => /apply|delete/.test(line))).toEqual(['delete ConfigMap old', 'apply ConfigMap new'])
})

test('runOperation() learns new kinds after a CRD and before what comes next', async () => {
  const { log, context } = scene()

  await runOperation(
    context([
      step('Sync', 0, change('create', 'CustomResourceDefinition', 'widgets'), change('create', 'Widget', 'one')),
    ]),
    never,
  )

  expect(log.filter((line) => !/persist|record|written/.test(line))).toEqual([
    'apply CustomResourceDefinition widgets',
    'rediscover',
    'apply Widget one',
  ])
})

test('what waits for a deletion that never ends holds no place among the writers', async () => {
  const { clock, context, put, live } = scene()
  const stuck = change('create', 'ConfigMap', 'stuck')
  put(stuck.key, '')
  live.set(stuck.key, { ...live.get(stuck.key)!, deleting: true })
  let places = 0
  const stop = new AbortController()
  const running = runOperation(
    {
      ...context([step('Sync', 0, stuck)]),
      writing: {
        async run(work) {
          places++
          try {
            return await work()
          } finally {
            places--
          }
        },
      },
    },
    stop.signal,
  )
  await clock.advance(60_000)
  expect(places).toBe(0)
  stop.abort(new HalcyonError('Terminated', 'the test is over'))
  await expect(running).rejects.toThrow('the test is over')
})
