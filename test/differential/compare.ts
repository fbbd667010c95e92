/** Plays one sequence on two servers and tells where they part. Effects: requests. */
import type { Data } from './data.ts'
import { KINDS } from './kinds/all.ts'
import { differences } from './normal.ts'
import type { Operation, Sequence } from './operations.ts'
import { createPlayer } from './play.ts'
import type { Server } from './server.ts'

export interface Parting {
  readonly kind: string
  readonly at: number
  readonly operation: Operation | 'watch'
  readonly differences: readonly string[]
  readonly sandbox: unknown
  readonly real: unknown
}

export interface Played {
  readonly operations: number
  readonly parting: Parting | undefined
}

let runs = 0

/** Stops at the first answer that differs: what follows would differ because of it. */
export async function compareServers(
  sandbox: Server,
  real: Server,
  sequence: Sequence,
  namespace: string,
  told: (parting: Parting) => void = () => {},
): Promise<Played> {
  const kind = KINDS[Number(sequence.kind)]!
  const run = `${namespace}-${++runs}`
  const [ours, theirs] = await Promise.all([
    createPlayer(sandbox, kind, namespace, run),
    createPlayer(real, kind, namespace, run),
  ])
  let operations = 0
  let parting: Parting | undefined
  for (const operation of sequence.operations) {
    const [left, right] = await Promise.all([ours.play(operation), theirs.play(operation)])
    const found = differences(left, right)
    if (found.length > 0) {
      const one = { kind: kind.kind, at: operations, operation, differences: found, sandbox: left, real: right }
      told(one)
      parting ??= one
      // Both refused: nothing has happened on either, and more can be learnt.
      if (!(Number(left['code']) >= 400 && Number(right['code']) >= 400)) break
    } else operations++
  }
  if (parting === undefined) {
    const [left, right] = await Promise.all([ours.events(), theirs.events()])
    const found = differences(left as unknown as Data[], right as unknown as Data[])
    if (found.length > 0) {
      parting = { kind: kind.kind, at: operations, operation: 'watch', differences: found, sandbox: left, real: right }
      told(parting)
    }
  }
  await Promise.all([ours.clear(), theirs.clear()])
  return { operations, parting }
}
