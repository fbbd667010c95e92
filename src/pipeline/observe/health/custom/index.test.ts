import { readdirSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { isRecord } from '../../../../kube/fields.ts'
import { groupOf, type KubeObject } from '../../../../kube/object.ts'
import { health } from '../index.ts'
import { customCheck, customKinds } from './index.ts'

interface Story {
  readonly kinds: readonly string[]
  readonly base?: Record<string, unknown>
  /** verdict, why, what is laid over the base */
  readonly cases: readonly (readonly [string, string, Record<string, unknown>])[]
}

const folder = new URL('testdata/', import.meta.url)
const rows = readdirSync(folder).flatMap((file) => {
  const stories = load(readFileSync(new URL(file, folder), 'utf8')) as Story[]
  return stories.flatMap(({ kinds, base = {}, cases }) =>
    kinds.flatMap((text) => {
      const [apiVersion = '', kind = ''] = text.split(' ')
      const bare = { apiVersion, kind, metadata: { name: 'one', namespace: 'shop' }, spec: {} }
      return cases.map(([expected, why, over]) => ({
        kind: `${groupOf(apiVersion)}/${kind}`,
        expected,
        why,
        object: merged(merged(bare, base), over) as KubeObject,
      }))
    }),
  )
})

function merged(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over
  const result: Record<string, unknown> = { ...under }
  for (const [name, value] of Object.entries(over)) result[name] = merged(result[name], value)
  return result
}

describe('health of custom kinds', () => {
  test.each(rows)('$kind is $expected: $why', ({ object, expected }) => {
    expect(health(object, 0)?.status ?? 'none').toBe(expected)
  })

  test('every check of the table is seen good and not good', () => {
    const seen = new Map<unknown, Set<string>>()
    for (const { kind, expected } of rows) {
      const [group = '', name = ''] = kind.split('/')
      const check = customCheck(group, name)
      if (check !== undefined) seen.set(check, (seen.get(check) ?? new Set()).add(expected))
    }
    const unseen = customKinds.filter((key) => {
      const [group = '', kind = ''] = key.replace('*.', 'any.').split('/')
      const states = seen.get(customCheck(group, kind === '*' ? 'Any' : kind))
      return states === undefined || !states.has('Healthy') || states.size < 2
    })
    expect(unseen).toEqual([])
  })

  test('a status of unexpected types reads as absent instead of throwing', () => {
    for (const key of customKinds) {
      const [group = '', kind = ''] = key.replace('*.', 'any.').split('/')
      for (const status of [
        null,
        'x',
        3,
        [],
        { conditions: 'x', phase: {}, instances: [null], listeners: 3, parents: [1] },
      ]) {
        const object = {
          apiVersion: `${group}/v1`,
          kind: kind === '*' ? 'Any' : kind,
          metadata: {},
          spec: null,
          status,
        }
        expect(() => health(object, 0), key).not.toThrow()
      }
    }
  })
})
