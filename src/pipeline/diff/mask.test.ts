import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/object.ts'
import { lastAppliedAnnotation, maskObject } from './mask.ts'

const secret: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'token',
    annotations: { [lastAppliedAnnotation]: '{"stringData":{"a":"hunter2"}}', 'example.com/owner': 'ops' },
  },
  type: 'Opaque',
  data: { a: Buffer.from('hunter2').toString('base64') },
  stringData: { b: 'hunter2', c: 'other', broken: 42 },
}

test('no secret value survives, in any of its forms', () => {
  const text = JSON.stringify(maskObject(secret))
  for (const form of ['hunter2', Buffer.from('hunter2').toString('base64'), '42', 'other'])
    expect(text).not.toContain(form)
})

test('keys, type and other annotations stay readable', () => {
  const masked = maskObject(secret)
  expect(masked['type']).toBe('Opaque')
  expect(Object.keys(masked['stringData'] as object)).toEqual(['b', 'c', 'broken'])
  expect(masked.metadata.annotations?.['example.com/owner']).toBe('ops')
})

test('equal values have equal masks, in data and in stringData alike; different values differ', () => {
  const masked = maskObject(secret) as unknown as { data: Record<string, string>; stringData: Record<string, string> }
  expect(masked.data['a']).toBe(masked.stringData['b'])
  expect(masked.stringData['c']).not.toBe(masked.stringData['b'])
})

test('masks of another installation are of no use', () => {
  expect(maskObject(secret, 'one')['data']).not.toEqual(maskObject(secret, 'two')['data'])
})

test('data that is no map is masked whole', () => {
  expect(JSON.stringify(maskObject({ ...secret, data: 'hunter2', stringData: ['hunter2'] }))).not.toContain('hunter2')
})

test('the original stays as it is, and what holds no secret is not copied', () => {
  expect(secret['stringData']).toEqual({ b: 'hunter2', c: 'other', broken: 42 })
  const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } }
  expect(maskObject(config)).toBe(config)
})

test('a Secret of another group is not Kubernetes’ own', () => {
  const other: KubeObject = { apiVersion: 'example.com/v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: 'b' } }
  expect(maskObject(other)).toBe(other)
})
