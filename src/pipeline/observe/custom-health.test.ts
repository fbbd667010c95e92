import { afterAll, describe, expect, test } from 'vitest'
import { parseSettings } from '../../api/settings/settings.ts'
import type { KubeObject } from '../../kube/object.ts'
import { createLuaRunner } from '../../lua/runner.ts'
import { FakeClock } from '../../runtime/clock.ts'
import { createHealthOf, verdictOf } from './custom-health.ts'

const runner = createLuaRunner(new FakeClock())
afterAll(() => runner[Symbol.asyncDispose]())

function healthWith(data: Record<string, string>) {
  const settings = parseSettings(data)
  return createHealthOf({ settings: () => settings, lua: () => runner, clock: new FakeClock() })
}

const widget: KubeObject = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'one', managedFields: [], annotations: { a: 'b' } },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
}
const key = 'resource.customizations.health.example.com_Widget'

describe('createHealthOf', () => {
  test('a kind without a script is judged at once, by the built-in check', () => {
    expect(healthWith({})(widget)).toEqual({ status: 'Healthy', message: '' })
    expect(healthWith({ [key]: 'return {}' })({ ...widget, kind: 'Other' })).toEqual({ status: 'Healthy', message: '' })
  })

  test("a user's script wins over the built-in check", async () => {
    const healthOf = healthWith({ [key]: 'return { status = "Degraded", message = obj.metadata.name }' })
    expect(await healthOf(widget)).toEqual({ status: 'Degraded', message: 'one' })
  })

  test('an object that is being deleted is not asked about', () => {
    const healthOf = healthWith({ [key]: 'return { status = "Healthy" }' })
    const deleting = { ...widget, metadata: { ...widget.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
    expect(healthOf(deleting)).toEqual({ status: 'Progressing', message: 'Pending deletion' })
  })

  test('scripts do not see managed fields, nor the schemas of CRDs', async () => {
    const healthOf = healthWith({
      [key]: 'return { status = "Healthy", message = type(obj.metadata.managedFields) .. obj.metadata.annotations.a }',
      'resource.customizations.health.apiextensions.k8s.io_CustomResourceDefinition':
        'return { status = "Healthy", message = type(obj.spec.versions[1].schema) .. obj.spec.versions[1].name }',
    })
    expect(await healthOf(widget)).toEqual({ status: 'Healthy', message: 'nilb' })
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'x' },
      spec: { versions: [{ name: 'v1', schema: { openAPIV3Schema: {} } }] },
    }
    expect(await healthOf(crd)).toEqual({ status: 'Healthy', message: 'nilv1' })
    expect(widget.metadata.managedFields, 'the object itself is left alone').toEqual([])
  })

  test.each([
    ['return nil', undefined, 'nil: the object has no health'],
    ['return {}', undefined, 'an empty table as well'],
    [
      'return { status = "Fine" }',
      /^Lua returned an invalid health status .*example.com\/Widget.*"Fine"/,
      'a status that is none',
    ],
    ['return { message = "x" }', /^Lua returned an invalid health status .*none/, 'no status at all'],
    [
      'return { status = "Healthy", message = 3 }',
      /example.com\/Widget.*the message is a number/,
      'a message that is no text',
    ],
    ['return "Healthy"', /example.com\/Widget.*expect table output from Lua script, not string/, 'no table'],
    ['return { "Healthy" }', /example.com\/Widget.*returned a list/, 'a list'],
    ['return obj.spec.x', /example.com\/Widget.*script:1: attempt to index a nil value/, 'an error in its own words'],
    ['this is not Lua', /example.com\/Widget.*syntax error/, 'no Lua'],
  ] as const)('%s', async (script, expected, why) => {
    const verdict = await healthWith({ [key]: script })(widget)
    if (expected === undefined) expect(verdict, why).toBeUndefined()
    else expect(verdict, why).toEqual({ status: 'Unknown', message: expect.stringMatching(expected) })
  })
})

test.each([
  ['timedOut', 'did not end in time'],
  ['outOfMemory', 'too much memory'],
] as const)('%s is Unknown and says whose script it was', (kind, words) => {
  const verdict = verdictOf({ kind }, 'health of Pod in the settings')
  expect(verdict?.status).toBe('Unknown')
  expect(verdict?.message).toContain('health of Pod in the settings')
  expect(verdict?.message).toContain(words)
})
