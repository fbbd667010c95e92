import { afterAll, describe, expect, test } from 'vitest'
import { parseSettings } from '../../api/settings/settings.ts'
import type { KubeObject } from '../../kube/object.ts'
import { createLuaRunner } from '../../lua/runner.ts'
import { FakeClock } from '../../runtime/clock.ts'
import { type ActionContext, actionsOf, runAction } from './actions.ts'

const runner = createLuaRunner(new FakeClock())
afterAll(() => runner[Symbol.asyncDispose]())

function contextWith(data: Record<string, string> = {}): ActionContext {
  return { settings: parseSettings(data), lua: () => runner, clock: new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 5)) }
}

function object(kind: string, fields: Record<string, unknown> = {}): KubeObject {
  const [apiVersion = '', name = ''] = kind.split(' ')
  return {
    apiVersion,
    kind: name,
    metadata: { name: 'web', namespace: 'shop', uid: 'u1', managedFields: [] },
    ...fields,
  }
}

async function listed(target: KubeObject, data: Record<string, string> = {}): Promise<string> {
  const actions = await actionsOf(target, contextWith(data))
  return actions.map(({ name, disabled }) => (disabled ? `(${name})` : name)).join(' ')
}

async function resultOf(target: KubeObject, action: string, data: Record<string, string> = {}, params = {}) {
  const before = structuredClone(target)
  const result = await runAction(target, action, params, contextWith(data))
  expect(target, 'the object itself is left alone').toEqual(before)
  return result
}

describe('built-in actions', () => {
  test.each([
    [object('apps/v1 Deployment', { spec: {} }), 'restart pause (resume) scale'],
    [object('apps/v1 Deployment', { spec: { paused: true } }), 'restart (pause) resume scale'],
    [object('apps/v1 StatefulSet'), 'restart scale'],
    [object('apps/v1 DaemonSet'), 'restart'],
    [object('batch/v1 CronJob', { spec: { suspend: true } }), 'create-job (suspend) resume'],
    [
      object('argoproj.io/v1alpha1 Rollout', { status: { currentPodHash: 'a', stableRS: 'a' } }),
      'restart (resume) (abort) (retry) (promote-full) (pause) (skip-current-step)',
    ],
    [
      object('argoproj.io/v1alpha1 Rollout', {
        spec: { strategy: { canary: { steps: [{}, {}] } } },
        status: { currentPodHash: 'b', stableRS: 'a', pauseConditions: [{}], currentStepIndex: 1 },
      }),
      'restart resume abort (retry) promote-full pause skip-current-step',
    ],
    [object('v1 ConfigMap'), ''],
  ])('of %#: $1', async (target, expected) => {
    expect(await listed(target)).toBe(expected)
  })

  test('restart marks the template, and only that', async () => {
    const spec = { replicas: 2, template: { metadata: { labels: { a: 'b' } }, spec: {} } }
    const [result] = await resultOf(object('apps/v1 Deployment', { spec }), 'restart')
    expect(result?.operation).toBe('patch')
    expect(result?.resource['spec']).toEqual({
      replicas: 2,
      template: {
        metadata: { labels: { a: 'b' }, annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-02T03:04:05Z' } },
        spec: {},
      },
    })
    expect(result?.resource.metadata).toEqual({ name: 'web', namespace: 'shop', uid: 'u1' })
  })

  test('scale takes its parameter and nothing else', async () => {
    const target = object('apps/v1 StatefulSet', { spec: { replicas: 1 } })
    const [result] = await resultOf(target, 'scale', {}, { replicas: '5' })
    expect(result?.resource['spec']).toEqual({ replicas: 5 })
    await expect(runAction(target, 'scale', { replicas: '-1' }, contextWith())).rejects.toThrow(
      'Cannot scale StatefulSet shop/web: wanted is the parameter replicas, a number from 0, found is "-1"',
    )
    await expect(runAction(target, 'scale', {}, contextWith())).rejects.toThrow('found is none')
  })

  test('create-job makes a Job that the CronJob owns', async () => {
    const spec = { jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { template: {} } } }
    expect(await resultOf(object('batch/v1 CronJob', { spec }), 'create-job')).toEqual([
      {
        operation: 'create',
        resource: {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: {
            labels: { a: 'b' },
            name: 'web-202601020304',
            namespace: 'shop',
            ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'web', uid: 'u1' }],
          },
          spec: { template: {} },
        },
      },
    ])
  })

  test('a step of a rollout is skipped, and its pause with it', async () => {
    const target = object('argoproj.io/v1alpha1 Rollout', {
      spec: { strategy: { canary: { steps: [{}, {}] } } },
      status: { pauseConditions: [{}], currentStepIndex: 0 },
    })
    const [result] = await resultOf(target, 'skip-current-step')
    expect(result?.resource['status']).toEqual({ currentStepIndex: 1 })
  })

  test('what is not there and what is disabled is refused, with what there is', async () => {
    const target = object('apps/v1 Deployment', { spec: {} })
    await expect(runAction(target, 'explode', {}, contextWith())).rejects.toThrow(
      'Cannot run explode on Deployment shop/web: its actions are restart, pause, resume, scale',
    )
    await expect(runAction(target, 'resume', {}, contextWith())).rejects.toThrow('disabled in its present state')
    await expect(runAction(object('v1 Secret'), 'x', {}, contextWith())).rejects.toThrow('it has no actions')
  })
})

describe("users' actions", () => {
  const key = 'resource.customizations.actions.apps_Deployment'
  const discovery =
    'discovery.lua: |\n  return { stop = { disabled = obj.spec.replicas == 0, displayName = "Stop it" }, ["go-on"] = {} }\n'
  const definitions = `definitions:
- name: stop
  action.lua: |
    obj.spec.replicas = 0
    return obj
- name: go-on
  action.lua: |
    return { { operation = "create", resource = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = actionParams.name } } } }
`
  const target = object('apps/v1 Deployment', { spec: { replicas: 2, template: { spec: {} }, empty: {}, list: [] } })

  test('replace the built-in ones, or are merged with them', async () => {
    expect(await listed(target, { [key]: discovery + definitions })).toBe('go-on stop')
    expect(await listed(target, { [key]: `mergeBuiltinActions: true\n${discovery}${definitions}` })).toBe(
      'go-on stop restart pause (resume) scale',
    )
    const off = object('apps/v1 Deployment', { spec: { replicas: 0 } })
    expect(await listed(off, { [key]: discovery })).toBe('go-on (stop)')
  })

  test('return the object; its empty maps stay maps', async () => {
    expect(await resultOf(target, 'stop', { [key]: discovery + definitions })).toEqual([
      {
        operation: 'patch',
        resource: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
          spec: { replicas: 0, template: { spec: {} }, empty: {}, list: [] },
        },
      },
    ])
  })

  test('or a list of operations', async () => {
    expect(await resultOf(target, 'go-on', { [key]: discovery + definitions }, { name: 'made' })).toEqual([
      { operation: 'create', resource: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' } } },
    ])
  })

  test.each([
    ['return 3', 'expect table output from Lua script, not number'],
    ['return { { operation = "delete", resource = obj } }', 'an operation is "delete"'],
    ['return { { operation = "create", resource = { kind = "X" } } }', 'what it returned is no Kubernetes object'],
    ['error("not now")', 'script:1: not now'],
  ])('%s is refused by name', async (script, expected) => {
    const data = { [key]: `${discovery}definitions:\n- name: stop\n  action.lua: '${script}'\n` }
    await expect(runAction(target, 'stop', {}, contextWith(data))).rejects.toThrow(
      `Cannot use the action stop of apps/Deployment in the settings: ${expected}`,
    )
  })

  test('a name that nobody defines is the fault of the settings', async () => {
    await expect(runAction(target, 'stop', {}, contextWith({ [key]: discovery }))).rejects.toThrow('do not define it')
  })

  test('a discovery that fails is named', async () => {
    await expect(actionsOf(target, contextWith({ [key]: 'discovery.lua: return nope.x' }))).rejects.toThrow(
      /^Cannot use discovery of the actions of apps\/Deployment in the settings: script:1/,
    )
  })
})
