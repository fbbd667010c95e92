/** What a person reads after an undo. */
import { expect, test } from 'vitest'
import type { UndoView } from '../../api/hold.ts'
import { undoLines } from './hold.ts'

const undone: UndoView = {
  application: 'shop',
  from: '7c31e0d'.padEnd(40, '0'),
  to: '4d77b02'.padEnd(40, '0'),
  hold: {
    revisions: ['4d77b02'.padEnd(40, '0')],
    quarantined: [{ revision: '7c31e0d'.padEnd(40, '0'), digest: 'd' }],
    lift: 'newer',
    reason: '',
    who: 'api',
    since: '2026-01-01T00:00:00Z',
  },
  revert: { commands: ['git revert --no-edit 7c31e0d', 'git push'], note: '' },
}

test('an undo says from where to where, what ends it, and how to tell Git', () => {
  expect(undoLines(undone)).toEqual([
    'shop: 7c31e0d -> 4d77b02',
    '  held at 4d77b02 until 7c31e0d is reverted or replaced by a commit that changes it',
    '  tell Git, in a clone of the repository:',
    '    git revert --no-edit 7c31e0d',
    '    git push',
    '  see how it goes: halcyon why shop',
  ])
})

test('without commands it says why there are none', () => {
  const note = 'Git says this already: nothing is to be reverted'
  expect(undoLines({ ...undone, revert: { commands: [], note } })).toContain(`  ${note}`)
})
