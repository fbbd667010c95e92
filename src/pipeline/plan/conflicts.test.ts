import { expect, test } from 'vitest'
import { type ClaimIndex, claim, claimantsOf, conflictsOf, rightfulOwner } from './conflicts.ts'

test('a second claim is contested, and giving it up settles it', () => {
  const index: ClaimIndex = new Map()
  expect(claim(index, 'shop', [], ['a', 'b'])).toEqual([])
  expect(claim(index, 'checkout', [], ['b', 'c'])).toEqual(['b'])
  expect(claimantsOf(index, 'b')).toEqual(['checkout', 'shop'])
  expect(claim(index, 'shop', ['a', 'b'], ['a'])).toEqual(['b'])
  expect(claimantsOf(index, 'b')).toEqual(['checkout'])
  expect(claim(index, 'checkout', ['b', 'c'], [])).toEqual([])
  expect([...index.keys()]).toEqual(['a'])
})

test('claiming again what one has is no news', () => {
  const index: ClaimIndex = new Map()
  claim(index, 'shop', [], ['a'])
  claim(index, 'checkout', [], ['a'])
  expect(claim(index, 'shop', ['a'], ['a'])).toEqual([])
})

test.each([
  ['the application that the live object names', ['a', 'b'], 'b', 'b'],
  ['the first by name when the object names nobody', ['b', 'a'], '', 'a'],
  ['the first by name when the object names one that gave it up', ['b', 'a'], 'z', 'a'],
])('a contested object belongs to %s', (_, claimants, trackedBy, want) => {
  expect(rightfulOwner(claimants, trackedBy)).toBe(want)
})

test('both applications come to the same answer, so they never take turns', () => {
  const index: ClaimIndex = new Map()
  claim(index, 'shop', [], ['x', 'y'])
  claim(index, 'checkout', [], ['x'])
  const trackedBy = () => 'shop'
  expect(conflictsOf(index, 'shop', ['x', 'y'], trackedBy)).toEqual([])
  expect(conflictsOf(index, 'checkout', ['x'], trackedBy)).toEqual([{ key: 'x', owner: 'shop' }])
})
