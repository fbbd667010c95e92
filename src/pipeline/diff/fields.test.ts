import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FieldChange } from '../../api/views.ts'
import type { KubeObject } from '../../kube/object.ts'
import { diffFields, diffObjects } from './fields.ts'

function lines(changes: readonly FieldChange[]): string[] {
  return changes.map(({ path, before, after }) => `${path}: ${before ?? 'none'} -> ${after ?? 'none'}`)
}

describe('diffFields()', () => {
  const rows: readonly { reason: string; before: unknown; after: unknown; want: string[] }[] = [
    {
      reason: 'equal values of different member order',
      before: { a: { x: 1, y: 2 } },
      after: { a: { y: 2, x: 1 } },
      want: [],
    },
    {
      reason: 'a nested scalar',
      before: { spec: { replicas: 1 } },
      after: { spec: { replicas: 2 } },
      want: ['spec.replicas: 1 -> 2'],
    },
    {
      reason: 'containers are matched by name, so that a reordering is no change',
      before: { c: [{ name: 'a' }, { name: 'b' }] },
      after: { c: [{ name: 'b' }, { name: 'a' }] },
      want: [],
    },
    {
      reason: 'an inserted container is one change',
      before: { c: [{ name: 'b', v: 1 }] },
      after: {
        c: [
          { name: 'a', v: 1 },
          { name: 'b', v: 1 },
        ],
      },
      want: ['c[a]: none -> {"name":"a","v":1}'],
    },
    {
      reason: 'ports without names go by number',
      before: { ports: [{ containerPort: 80 }] },
      after: { ports: [{ containerPort: 80, protocol: 'UDP' }] },
      want: ['ports[80].protocol: none -> "UDP"'],
    },
    {
      reason: 'one volume may be mounted twice: the path names the mount',
      before: {
        m: [
          { name: 'v', mountPath: '/a' },
          { name: 'v', mountPath: '/b' },
        ],
      },
      after: { m: [{ name: 'v', mountPath: '/a' }] },
      want: ['m[/b]: {"mountPath":"/b","name":"v"} -> none'],
    },
    {
      reason: 'lists of scalars change as a whole, because arguments belong together',
      before: { args: ['-a', '-b'] },
      after: { args: ['-a', '-c'] },
      want: ['args: ["-a","-b"] -> ["-a","-c"]'],
    },
    {
      reason: 'maps without a common key go by index',
      before: { r: [{ verbs: ['get'] }] },
      after: { r: [{ verbs: ['list'] }] },
      want: ['r[0].verbs: ["get"] -> ["list"]'],
    },
    {
      reason: 'names with dots stand in brackets',
      before: { annotations: { 'a.b/c': '1' } },
      after: { annotations: {} },
      want: ['annotations[a.b/c]: "1" -> none'],
    },
    {
      reason: 'a change of type is one change',
      before: { a: [1] },
      after: { a: { b: 1 } },
      want: ['a: [1] -> {"b":1}'],
    },
    { reason: 'null is a value, absent is not', before: { a: null }, after: {}, want: ['a: null -> none'] },
    {
      reason: 'integers beyond 2^53 are exact',
      before: { a: 9223372036854775806n },
      after: { a: 9223372036854775807n },
      want: ['a: 9223372036854775806 -> 9223372036854775807'],
    },
    {
      reason: 'a member called like an inherited one',
      before: {},
      after: { constructor: 1 },
      want: ['constructor: none -> 1'],
    },
  ]
  test.each(rows)('$reason', ({ before, after, want }) => {
    expect(lines(diffFields(before, after))).toEqual(want)
  })

  test('the number of changes and the length of values are bounded', () => {
    const before = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, 'x'.repeat(50)]))
    const changes = diffFields(before, {}, { changes: 3, valueLength: 10 })
    expect(changes.map((change) => change.path)).toEqual(['k0', 'k1', 'k10', '...'])
    expect(changes[0]?.before).toHaveLength(11)
    expect(changes.at(-1)?.after).toBe('"17 more"')
  })

  test('empty exactly when the values are equal', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(diffFields(a, structuredClone(a))).toEqual([])
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
        // Items of keyed lists may come in any order; that is the one difference that does not count.
        if (!JSON.stringify([a, b]).includes('[{')) expect(diffFields(a, b).length === 0).toBe(same)
      }),
      { numRuns: 200 },
    )
  })
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  )
}

test('diffObjects() leaves out what the server writes about an object, and masks secrets', () => {
  const before: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'a', resourceVersion: '1', generation: 1 },
    data: { password: 'aHVudGVyMg==', user: 'YQ==' },
    status: { a: 1 },
  }
  const after: KubeObject = {
    ...before,
    metadata: { name: 'a', resourceVersion: '2' },
    data: { password: 'b3RoZXI=', user: 'YQ==' },
    status: {},
  }
  const changes = diffObjects(before, after)
  expect(changes.map((change) => change.path)).toEqual(['data.password'])
  expect(changes[0]?.before).toMatch(/^"\*\*\*[0-9a-f]{4}"$/)
  expect(changes[0]?.before).not.toBe(changes[0]?.after)
})
