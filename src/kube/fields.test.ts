/** Reads from unknown trees. */
import { expect, test } from 'vitest'
import { getBoolean, getCondition, getField, getList, getNumber, getRecord, getString, getStringMap } from './fields.ts'

const tree = { a: { text: 'x', number: 3, big: 2n ** 60n, flag: false, list: [{ n: 1 }], nothing: null } }

test('a value of the right type is read, any other reads as absent', () => {
  expect(getString(tree, 'a', 'text')).toBe('x')
  expect(getString(tree, 'a', 'number')).toBeUndefined()
  expect(getNumber(tree, 'a', 'number')).toBe(3)
  expect(getNumber(tree, 'a', 'big')).toBe(2 ** 60)
  expect(getBoolean(tree, 'a', 'flag')).toBe(false)
  expect(getField(tree, 'a', 'list', 0, 'n')).toBe(1)
  expect(getList(tree, 'a', 'text')).toEqual([])
  expect(getRecord(tree, 'a', 'list')).toBeUndefined()
})

test('a path that leaves the tree is absent, never an exception', () => {
  expect(getField(tree, 'a', 'nothing', 'deeper')).toBeUndefined()
  expect(getField(undefined, 'a')).toBeUndefined()
  expect(getField(tree, 'a', 'text', 'length')).toBeUndefined()
  expect(getField(tree, 'constructor', 'name')).toBeUndefined()
})

test('maps of strings leave other members out', () => {
  expect(getStringMap({ labels: { a: 'x', b: 1 } }, 'labels')).toEqual({ a: 'x' })
  expect(getStringMap(undefined, 'labels')).toEqual({})
})

test('conditions are found by type', () => {
  const object = {
    status: { conditions: [{ type: 'Other' }, { type: 'Ready', status: 'False', reason: 'R', observedGeneration: 2 }] },
  }
  expect(getCondition(object, 'Ready')).toEqual({
    type: 'Ready',
    status: 'False',
    reason: 'R',
    message: '',
    lastTransitionTime: '',
    observedGeneration: 2,
  })
  expect(getCondition(object, 'Missing')).toBeUndefined()
})
