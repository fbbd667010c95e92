/** What a manager owns, in the notation of the API server. */
import { expect, test } from 'vitest'
import { applyEntryOf, extractOwned, ownedPaths } from './managed-fields.ts'
import type { FieldsV1, KubeObject } from './object.ts'

const containers = [
  { name: 'log', image: 'log:1' },
  { name: 'web', image: 'web:1', ports: [{ containerPort: 80, protocol: 'TCP' }], terminationMessagePath: '/dev/x' },
]
const deployment = {
  metadata: { labels: { app: 'web', team: 'a' }, finalizers: ['x', 'y'] },
  spec: { replicas: 3, containers, atomic: { a: { b: 1 } } },
}

const cases: { reason: string; set: FieldsV1; value?: unknown; owned: unknown; paths?: string[] }[] = [
  {
    reason: 'only the owned members of a map',
    set: { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } },
    owned: { metadata: { labels: { app: 'web' } } },
    paths: ['.metadata.labels', '.metadata.labels.app'],
  },
  {
    reason: 'a leaf is the whole value below it',
    set: { 'f:spec': { 'f:atomic': {} } },
    owned: { spec: { atomic: { a: { b: 1 } } } },
    paths: ['.spec.atomic'],
  },
  {
    reason: 'a list item is found by its key, wherever it stands, and keeps its key',
    set: { 'f:spec': { 'f:containers': { 'k:{"name":"web"}': { '.': {}, 'f:image': {} } } } },
    owned: { spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    paths: ['.spec.containers[name="web"]', '.spec.containers[name="web"].image'],
  },
  {
    reason: 'several keys name an item together',
    set: {
      'f:spec': {
        'f:containers': {
          'k:{"name":"web"}': { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {} } } },
        },
      },
    },
    owned: { spec: { containers: [{ name: 'web', ports: [{ containerPort: 80, protocol: 'TCP' }] }] } },
    paths: ['.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"]'],
  },
  {
    reason: 'a set of values holds the owned values',
    set: { 'f:metadata': { 'f:finalizers': { 'v:"y"': {} } } },
    owned: { metadata: { finalizers: ['y'] } },
    paths: ['.metadata.finalizers[="y"]'],
  },
  {
    reason: 'an index names an item of an atomic list of older servers',
    set: { 'f:spec': { 'f:containers': { 'i:0': { 'f:image': {} } } } },
    owned: { spec: { containers: [{ image: 'log:1' }] } },
    paths: ['.spec.containers[0].image'],
  },
  {
    reason: 'what the object lacks is left out',
    set: { 'f:spec': { 'f:gone': {}, 'f:containers': { 'k:{"name":"gone"}': { 'f:image': {} } } } },
    owned: { spec: { containers: [] } },
  },
  {
    reason: 'a value of another type than the set expects is taken as it is',
    set: { 'f:spec': { 'f:replicas': { 'f:x': {} } } },
    owned: { spec: { replicas: 3 } },
  },
  {
    reason: 'names from prototypes are not members',
    set: { 'f:constructor': {}, 'f:spec': { 'f:replicas': {} } },
    owned: { spec: { replicas: 3 } },
  },
]

for (const { reason, set, owned, paths } of cases) {
  test(`extractOwned: ${reason}`, () => {
    expect(extractOwned(deployment, set)).toEqual(owned)
    if (paths !== undefined) expect(ownedPaths(set)).toEqual(paths)
  })
}

test('the order of a list and foreign items do not change what is owned', () => {
  const set: FieldsV1 = {}
  const items = Array.from({ length: 40 }, (_, index) => ({ name: `e${index}`, value: `${index}`, other: index }))
  for (const { name } of items) set[`k:${JSON.stringify({ name })}`] = { '.': {}, 'f:value': {} }
  const shuffled = [{ name: 'foreign', value: 'z' }, ...items.toReversed()]
  expect(extractOwned(shuffled, set)).toEqual(items.map(({ name, value }) => ({ name, value })))
  expect(extractOwned(shuffled, set)).toEqual(extractOwned(items, set))
})

test('applyEntryOf finds the apply entry of the main resource only', () => {
  const entry = {
    manager: 'halcyon',
    operation: 'Apply',
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: {},
  } as const
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      managedFields: [
        { ...entry, operation: 'Update' },
        { ...entry, subresource: 'status' },
        { ...entry, manager: 'other' },
        entry,
      ],
    },
  }
  expect(applyEntryOf(object, 'halcyon')).toBe(entry)
  expect(applyEntryOf({ ...object, metadata: {} }, 'halcyon')).toBeUndefined()
})
