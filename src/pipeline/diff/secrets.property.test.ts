import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { printYaml } from '../../kube/yaml.ts'
import { diffObjects } from './fields.ts'
import { lastAppliedAnnotation, maskObject } from './mask.ts'

/** Long enough that no mask contains it by accident. */
const value = fc.stringMatching(/^[A-Za-z0-9_]{12,30}$/).map((text) => `canary${text}`)
const encoded = value.map((text) => Buffer.from(text).toString('base64'))
const key = fc.stringMatching(/^[a-z.-]{1,10}$/)

/** What people write, and what they write by mistake: a list or a text where a map belongs, values that are no text. */
function members(of: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.dictionary(key, of, { maxKeys: 4 }) },
    fc.dictionary(key, fc.oneof(of, fc.array(of), fc.record({ nested: of })), { maxKeys: 3 }),
    fc.array(of, { maxLength: 3 }),
    of,
  )
}

const secret: fc.Arbitrary<KubeObject> = fc
  .record(
    { data: members(encoded), stringData: members(value), type: fc.constantFrom('Opaque', undefined) },
    { requiredKeys: [] },
  )
  .chain((body) =>
    fc.boolean().map((applied) => {
      const annotations = applied ? { annotations: { [lastAppliedAnnotation]: JSON.stringify(body) } } : {}
      return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n', ...annotations }, ...body }
    }),
  ) as fc.Arbitrary<KubeObject>

/** Any run of ten characters of a canary, plain or in base64. */
function leaksOf(text: string, object: KubeObject): string[] {
  const found = JSON.stringify(object).match(/canary\w+|[A-Za-z0-9+/]{16,}={0,2}/g) ?? []
  const plain = found.flatMap((one) => [one, Buffer.from(one, 'base64').toString('latin1')])
  return plain.filter((one) => /^\w{10,}/.test(one) && text.includes(one.slice(0, 10)))
}

test('printing a Secret, or how two differ, shows no value of either, whatever its shape', () => {
  fc.assert(
    fc.property(secret, secret, (before, after) => {
      const printed = [
        printYaml(maskObject(before)),
        JSON.stringify(maskObject(after)),
        JSON.stringify(diffObjects(before, after)),
        JSON.stringify(diffObjects(after, before)),
      ].join('\n')
      expect([...leaksOf(printed, before), ...leaksOf(printed, after)]).toEqual([])
    }),
  )
})

test('the check itself sees a value that is not masked', () => {
  const open = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'canary0123456789' } }
  expect(leaksOf(printYaml(open), open)).toHaveLength(1)
})
