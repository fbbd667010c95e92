/** What a container's log says: derived from its state, so that logs cost no memory. Pure. */
import { behaviourOf } from './behaviour.ts'
import type { Timing } from './timing.ts'
import type { Pod } from './types.ts'

/** undefined = the pod has no such container; '' = it has not started. */
export function podLog(
  pod: Pod,
  containerName: string | undefined,
  timing: Timing,
  tailLines?: number,
): string | undefined {
  const name = containerName ?? pod.spec.containers[0]?.name
  const main = pod.spec.containers.find((one) => one.name === name)
  const container = main ?? pod.spec.initContainers?.find((one) => one.name === name)
  if (container === undefined) return undefined
  const statuses = main === undefined ? pod.status?.initContainerStatuses : pod.status?.containerStatuses
  const status = statuses?.find((one) => one.name === name)
  if (status === undefined) return ''
  const hasRun = status.state.running ?? status.state.terminated ?? status.lastState.terminated
  if (hasRun === undefined) return ''
  const { log, exit } = behaviourOf(pod, container, main === undefined, timing)
  // A run that is still going has not yet written its last words.
  const isRunning = status.state.running !== undefined
  const lines = isRunning && exit !== undefined && log.length > 1 ? log.slice(0, -1) : log
  const tail = tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines))
  return tail.map((line) => `${line}\n`).join('')
}
