/** When a hold holds, and where an undo goes: a row for each situation. */
import { describe, expect, test } from 'vitest'
import { chooseUndo, type PastSync } from './choose.ts'
import { decideHold, type HoldInput, needsRender } from './decide.ts'

const bad = { revision: 'bad', digest: 'rendered-bad' }
const undo: HoldInput = {
  hold: { revisions: ['good'], quarantined: [bad], lift: 'newer' },
  revisions: ['bad'],
  digest: undefined,
  heldDigest: 'rendered-good',
  now: Date.parse('2026-01-01T12:00:00Z'),
}

describe('decideHold()', () => {
  const rows: readonly (readonly [string, Partial<HoldInput>, string])[] = [
    ['the quarantined revision is still there', {}, 'held: bad is quarantined'],
    [
      'an unrelated commit on top of it',
      { revisions: ['next'], digest: 'rendered-bad' },
      'held: next renders to what is quarantined',
    ],
    [
      'the revert',
      { revisions: ['revert'], digest: 'rendered-good' },
      'lifted: revert says again what is held: it was reverted',
    ],
    ['a fix', { revisions: ['fix'], digest: 'rendered-fix' }, 'lifted: fix is newer and renders to something else'],
    ['a commit that does not render', { revisions: ['broken'] }, 'held: what broken renders to is not known'],
    [
      'a freeze does not care for commits',
      { hold: { revisions: ['good'], quarantined: [], lift: 'person' }, revisions: ['fix'], digest: 'rendered-fix' },
      'held: a person lifts it',
    ],
    [
      'its time is over',
      { hold: { revisions: ['good'], quarantined: [bad], lift: 'person', until: '2026-01-01T11:59:59Z' } },
      'lifted: it was to last until 2026-01-01T11:59:59Z',
    ],
    [
      'its time is not over',
      { hold: { revisions: ['good'], quarantined: [bad], lift: 'newer', until: '2026-01-01T12:00:01Z' } },
      'held: bad is quarantined',
    ],
  ]
  test.each(rows)('%s', (_, change, want) => {
    const { outcome, because } = decideHold({ ...undo, ...change })
    expect(`${outcome}: ${because}`).toBe(want)
  })
})

test('needsRender() spares the render of what is quarantined, or of a freeze', () => {
  expect(needsRender(undo)).toBe(false)
  expect(needsRender({ ...undo, revisions: ['next'] })).toBe(true)
  expect(needsRender({ ...undo, revisions: ['next'], hold: { ...undo.hold, lift: 'person' } })).toBe(false)
})

describe('chooseUndo()', () => {
  const past = (id: number, revision: string, phase = 'Succeeded'): PastSync => ({
    id,
    revisions: [revision],
    bundle: `bundle-${revision}`,
    phase,
    finishedAt: '',
  })
  const failed = [past(4, 'ccc', 'Failed'), past(3, 'bbb'), past(2, 'bbb'), past(1, 'aaa')]

  test.each([
    ['a failed sync goes back to what was live', failed, undefined, 3],
    ['a good one goes back to what was before, heals left out', failed.slice(1), undefined, 1],
    ['the start of a revision', failed, 'aa', 1],
    ['the id of a sync', failed, '2', 2],
  ])('%s', (_, history, to, want) => {
    expect(chooseUndo(history, 'shop', to).id).toBe(want)
  })

  test('what was never applied is refused, with what was', () => {
    expect(() => chooseUndo(failed, 'shop', 'ddd')).toThrow(
      'Cannot undo shop to ddd: it was never applied here; applied were bbb, aaa',
    )
    expect(() => chooseUndo([past(1, 'aaa')], 'shop', undefined)).toThrow('nothing else was ever applied here')
  })
})
