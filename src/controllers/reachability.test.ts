import { expect, test } from 'vitest'
import { ApiError, ConnectionError } from '../kube/errors.ts'
import { createReachability } from './reachability.ts'

function toldOf(steps: (note: ReturnType<typeof createReachability>['note']) => void): boolean[] {
  const told: boolean[] = []
  steps(createReachability((reachable) => told.push(reachable)).note)
  return told
}

const refused = new ConnectionError('refused the connection')

test('many watches that break are one outage, and the last that is back ends it', () => {
  const told = toldOf((note) => {
    note('Pod', false, refused)
    note('Job', false, refused)
    note('Pod', false, refused)
    note('Pod', true, undefined)
    note('Job', true, undefined)
  })
  expect(told).toEqual([false, true])
})

test('a watch that is refused, listed anew or that always worked says nothing about the cluster', () => {
  const told = toldOf((note) => {
    note('Pod', true, undefined)
    note('Pod', false, new ApiError(403, 'Forbidden', 'no'))
    note('Pod', false, undefined)
    note('Pod', true, undefined)
  })
  expect(told).toEqual([])
})

test('a second outage is told again', () => {
  const told = toldOf((note) => {
    for (let outage = 0; outage < 2; outage++) {
      note('Pod', false, refused)
      note('Pod', true, undefined)
    }
  })
  expect(told).toEqual([false, true, false, true])
})
