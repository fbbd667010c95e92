import { expect, test } from 'vitest'
import { application, now } from '../../cli/output/example-views.ts'
import { verdictOf } from './verdict.ts'

test('a closed sync window is waited for, and needs nobody', () => {
  const message =
    'Cannot sync shop automatically: opens at 2026-03-30T07:00:00.000Z; syncWindows[0] (deny 0 22 * * * for 8h) is open'
  const waiting = application('shop', {
    sync: { status: 'OutOfSync', since: new Date(now).toISOString() },
    reason: 'SyncWindowClosed',
    message,
  })
  expect(verdictOf(waiting, now)).toMatchObject({ group: 'waiting', word: 'OutOfSync', text: message, next: '' })
  expect(verdictOf({ ...waiting, reason: 'NotPermitted' }, now).group).toBe('needsYou')
})
