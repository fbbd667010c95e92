/** What a container does once it runs: from its scenario, its command and the pod's restart policy. Pure. */

import { readCommand } from './command.ts'
import { controllerOf } from './owner-index.ts'
import { scenarioOf } from './scenarios.ts'
import type { Timing } from './timing.ts'
import type { Container, Pod } from './types.ts'

export interface Behaviour {
  /** Ends after a while; undefined = runs for ever. */
  readonly exit?: { readonly code: number; readonly reason: string; readonly afterMs: number }
  /** Becomes ready after a while; undefined = never. */
  readonly readyAfterMs: number | undefined
  /** What one run writes to its log. */
  readonly log: readonly string[]
}

/** Scenarios mean the first container, so that a sidecar beside it stays well. */
export function behaviourOf(pod: Pod, container: Container, isInit: boolean, timing: Timing): Behaviour {
  const scenario = !isInit && pod.spec.containers[0]?.name === container.name ? scenarioOf(pod) : undefined
  const { name } = container
  switch (scenario?.name) {
    case 'crash-loop':
      return failing(1, 'Error', timing.run, [
        `${name}: starting`,
        `${name}: cannot reach the database: connection refused`,
        `${name}: exiting with code 1`,
      ])
    case 'fail':
      return failing(1, 'Error', timing.run, [
        `${name}: starting`,
        `${name}: step 2 of 3 failed: relation "orders" already exists`,
        `${name}: exiting with code 1`,
      ])
    case 'oom':
      return failing(137, 'OOMKilled', timing.run, [
        `${name}: starting`,
        `${name}: loading the whole table into memory`,
      ])
    case 'never-ready':
      return { readyAfterMs: undefined, log: [`${name}: starting`, `${name}: waiting for a dependency, not ready`] }
    case 'slow-start':
      return { readyAfterMs: scenario.seconds * 1000, log: [`${name}: starting, warming up for ${scenario.seconds} s`] }
    default:
      return ordinary(pod, container, isInit, timing)
  }
}

function failing(code: number, reason: string, afterMs: number, log: string[]): Behaviour {
  return { exit: { code, reason, afterMs }, readyAfterMs: undefined, log }
}

function ordinary(pod: Pod, container: Container, isInit: boolean, timing: Timing): Behaviour {
  const { name } = container
  const isSidecar = isInit && container.restartPolicy === 'Always'
  const outcome = readCommand(container.command, container.args)
  if (outcome !== undefined) {
    const { exitCode: code, output, sleepMs } = outcome
    const exit = { code, reason: code === 0 ? 'Completed' : 'Error', afterMs: sleepMs + timing.run }
    return { exit, readyAfterMs: timing.ready, log: output }
  }
  if (!isSidecar && (isInit || runsToEnd(pod, container))) {
    const exit = { code: 0, reason: 'Completed', afterMs: isInit ? timing.exit : timing.run }
    return { exit, readyAfterMs: timing.ready, log: [`${name}: done`] }
  }
  return { readyAfterMs: timing.ready, log: [`${name}: starting`, `${name}: ready`] }
}

/** A Job's container ends by itself; so does that of a pod that is not restarted and was given something to run. */
function runsToEnd(pod: Pod, container: Container): boolean {
  if (controllerOf(pod)?.kind === 'Job') return true
  const given = container.command !== undefined || container.args !== undefined
  return given && (pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure')
}
