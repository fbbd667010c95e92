/** Which rules are about an object, and what is left alone. */
import { describe, expect, test } from 'vitest'
import type { FieldsV1, KubeObject } from '../../../kube/object.ts'
import { leaveFields } from './leave.ts'
import { managerPaths, pointerPath, rulesFor } from './rules.ts'

const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' }

describe('rulesFor()', () => {
  test.each([
    ['the kind and group', { group: 'apps', kind: 'Deployment' }, true],
    ['no group means the core group', { kind: 'Deployment' }, false],
    ['any group', { group: '*', kind: 'Deployment' }, true],
    ['part of a group', { group: 'a*s', kind: '*' }, true],
    ['a glob that needs more text than there is', { group: 'app*pps', kind: '*' }, false],
    ['the name', { group: 'apps', kind: 'Deployment', name: 'web' }, true],
    ['another name', { group: 'apps', kind: 'Deployment', name: 'we*' }, false],
    ['another namespace', { group: 'apps', kind: 'Deployment', namespace: 'blog' }, false],
  ])('%s', (_, rule, want) => {
    expect(rulesFor([rule], ref)).toEqual(want ? [rule] : [])
  })
})

test('pointerPath() reads RFC 6901', () => {
  expect(pointerPath('/metadata/annotations/example.com~1owner~0x')).toEqual([
    'metadata',
    'annotations',
    'example.com/owner~x',
  ])
  expect(pointerPath('spec/replicas')).toBeUndefined()
})

const owned: FieldsV1 = {
  'f:spec': {
    'f:replicas': {},
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {} } } } },
  },
}

function deployment(replicas: number | undefined, images: Record<string, string>, fields?: FieldsV1): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      ...(fields === undefined
        ? {}
        : {
            managedFields: [
              {
                manager: 'halcyon',
                operation: 'Apply',
                apiVersion: 'apps/v1',
                fieldsType: 'FieldsV1',
                fieldsV1: fields,
              },
              {
                manager: 'scaler',
                operation: 'Update',
                apiVersion: 'apps/v1',
                fieldsType: 'FieldsV1',
                fieldsV1: {
                  'f:spec': {
                    'f:replicas': {},
                    'f:template': {
                      'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { '.': {}, 'f:image': {} } } },
                    },
                  },
                },
              },
            ],
          }),
    },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      template: { spec: { containers: Object.entries(images).map(([name, image]) => ({ name, image })) } },
    },
  }
}

describe('leaveFields()', () => {
  test('a field that is ours takes the live value, because leaving it out would remove it', () => {
    const left = leaveFields(
      deployment(3, { web: 'v2' }),
      deployment(5, { web: 'v1' }, owned),
      [['spec', 'replicas']],
      'halcyon',
    )
    expect(left).toEqual(deployment(5, { web: 'v2' }))
  })

  test('a field that is not ours any more is left out', () => {
    const { 'f:replicas': _, ...spec } = owned['f:spec'] as FieldsV1
    const live = deployment(5, { web: 'v1' }, { 'f:spec': spec })
    expect(leaveFields(deployment(3, { web: 'v2' }), live, [['spec', 'replicas']], 'halcyon')).toEqual(
      deployment(undefined, { web: 'v2' }),
    )
  })

  test('items of lists are found by name, whatever their order', () => {
    const live = deployment(3, { proxy: 'p1', web: 'v1' }, owned)
    const path = ['spec', 'template', 'spec', 'containers', 1, 'image']
    expect(leaveFields(deployment(3, { web: 'v2' }), live, [path], 'halcyon')).toEqual(deployment(3, { web: 'v1' }))
  })

  test('several items go without moving each other', () => {
    const live = deployment(3, { a: '1', b: '1', c: '1' }, { 'f:spec': {}, 'f:metadata': { 'f:labels': {} } })
    const fields = { 'f:spec': { 'f:replicas': {} } }
    const containers = ['spec', 'template', 'spec', 'containers']
    const desired = deployment(3, { a: '2', b: '2', c: '2' })
    const notOurs = deployment(3, { a: '1', b: '1', c: '1' }, fields)
    expect(
      leaveFields(
        desired,
        notOurs,
        [
          [...containers, 0],
          [...containers, 1],
        ],
        'halcyon',
      ),
    ).toEqual(deployment(3, { c: '2' }))
    // What is owned whole is ours down to the last item.
    expect(leaveFields(desired, live, [[...containers, 0]], 'halcyon')).toEqual(
      deployment(3, { a: '1', b: '2', c: '2' }),
    )
  })

  test('paths that the manifest does not have change nothing', () => {
    const desired = deployment(3, { web: 'v2' })
    expect(leaveFields(desired, deployment(5, { web: 'v1' }, owned), [['spec', 'paused'], ['status']], 'halcyon')).toBe(
      desired,
    )
  })
})

test('managerPaths() names the fields that a manager wrote and the object still has', () => {
  const live = deployment(3, { web: 'v1', proxy: 'p1' }, owned)
  expect(managerPaths(live, ['scaler'])).toEqual([
    ['spec', 'replicas'],
    ['spec', 'template', 'spec', 'containers', 1, 'image'],
  ])
  expect(managerPaths(deployment(3, { web: 'v1' }, owned), ['scaler'])).toEqual([['spec', 'replicas']])
  expect(managerPaths(live, ['nobody'])).toEqual([])
})
