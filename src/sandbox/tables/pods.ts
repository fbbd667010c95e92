/** Pods: what is ready, and the one word that says what is going on. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, nameColumn, text, wide } from './column.ts'
import { since } from './duration.ts'
import { at, listAt, numberAt, textAt } from './fields.ts'

interface Summary {
  reason: string
  ready: number
  total: number
  restarts: number
  lastRestart: string
}

export const pods: readonly Column[] = [
  nameColumn,
  text('Ready', (pod) => {
    const { ready, total } = summarise(pod)
    return `${ready}/${total}`
  }),
  text('Status', (pod) => summarise(pod).reason),
  text('Restarts', (pod, now) => {
    const { restarts, lastRestart } = summarise(pod)
    return restarts > 0 && lastRestart !== '' ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts)
  }),
  ageColumn,
  wide(text('IP', (pod) => textAt(pod, ['status', 'podIP'], '<none>'))),
  wide(text('Node', (pod) => textAt(pod, ['spec', 'nodeName'], '<none>'))),
  wide(text('Nominated Node', (pod) => textAt(pod, ['status', 'nominatedNodeName'], '<none>'))),
  wide(text('Readiness Gates', readinessGates)),
]

const summaries = new WeakMap<KubeObject, Summary>()

function summarise(pod: KubeObject): Summary {
  let summary = summaries.get(pod)
  if (summary === undefined) {
    summary = compute(pod)
    summaries.set(pod, summary)
  }
  return summary
}

function compute(pod: KubeObject): Summary {
  const phase = textAt(pod, ['status', 'phase'])
  const summary: Summary = {
    reason: textAt(pod, ['status', 'reason'], phase),
    ready: 0,
    total: listAt(pod, 'spec', 'containers').length,
    restarts: 0,
    lastRestart: '',
  }
  if (condition(pod, 'PodScheduled', 'reason') === 'SchedulingGated') summary.reason = 'SchedulingGated'
  const sidecars = sidecarNames(pod)
  summary.total += sidecars.size
  const isInitializing = initContainers(pod, summary, sidecars)
  if (!isInitializing || condition(pod, 'Initialized', 'status') === 'True') mainContainers(pod, summary)
  const isTerminal = phase === 'Succeeded' || phase === 'Failed'
  if (pod.metadata.deletionTimestamp !== undefined && !isTerminal) summary.reason = 'Terminating'
  return summary
}

function sidecarNames(pod: KubeObject): Set<string> {
  const names = new Set<string>()
  for (const container of listAt(pod, 'spec', 'initContainers')) {
    if (at(container, 'restartPolicy') === 'Always') names.add(textAt(container, ['name']))
  }
  return names
}

/** Stops at the first init container that is not through; true when there is one. */
function initContainers(pod: KubeObject, summary: Summary, sidecars: ReadonlySet<string>): boolean {
  const statuses = listAt(pod, 'status', 'initContainerStatuses')
  let sidecarRestarts = 0
  for (const [i, status] of statuses.entries()) {
    countRestarts(status, summary)
    const isSidecar = sidecars.has(textAt(status, ['name']))
    if (isSidecar) sidecarRestarts += numberAt(status, 'restartCount')
    const terminated = at(status, 'state', 'terminated')
    if (terminated !== undefined && at(terminated, 'exitCode') === 0) continue
    if (isSidecar && at(status, 'started') === true) {
      if (at(status, 'ready') === true) summary.ready++
      continue
    }
    const waiting = textAt(status, ['state', 'waiting', 'reason'])
    if (terminated !== undefined) summary.reason = `Init:${endReason(terminated)}`
    else if (waiting !== '' && waiting !== 'PodInitializing') summary.reason = `Init:${waiting}`
    else summary.reason = `Init:${i}/${listAt(pod, 'spec', 'initContainers').length}`
    return true
  }
  summary.restarts = sidecarRestarts
  return false
}

function mainContainers(pod: KubeObject, summary: Summary): void {
  let hasRunning = false
  let error = ''
  for (const status of listAt(pod, 'status', 'containerStatuses').toReversed()) {
    countRestarts(status, summary)
    const waiting = textAt(status, ['state', 'waiting', 'reason'])
    const terminated = at(status, 'state', 'terminated')
    if (waiting !== '') summary.reason = waiting
    else if (terminated !== undefined) {
      summary.reason = endReason(terminated)
      if (numberAt(terminated, 'exitCode') !== 0) error = summary.reason
    } else if (at(status, 'ready') === true && at(status, 'state', 'running') !== undefined) {
      hasRunning = true
      summary.ready++
    }
  }
  if (summary.reason !== 'Completed') return
  if (hasRunning) summary.reason = condition(pod, 'Ready', 'status') === 'True' ? 'Running' : 'NotReady'
  else if (error !== '') summary.reason = error
}

function countRestarts(status: unknown, summary: Summary): void {
  summary.restarts += numberAt(status, 'restartCount')
  const ended = textAt(status, ['lastState', 'terminated', 'finishedAt'])
  if (ended > summary.lastRestart) summary.lastRestart = ended
}

function endReason(terminated: unknown): string {
  const signal = numberAt(terminated, 'signal')
  const code = signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`
  return textAt(terminated, ['reason'], code)
}

function condition(pod: KubeObject, type: string, member: string): string {
  return textAt(
    listAt(pod, 'status', 'conditions').find((one) => at(one, 'type') === type),
    [member],
  )
}

function readinessGates(pod: KubeObject): string {
  const gates = listAt(pod, 'spec', 'readinessGates')
  if (gates.length === 0) return '<none>'
  const open = gates.filter((gate) => condition(pod, textAt(gate, ['conditionType']), 'status') === 'True')
  return `${open.length}/${gates.length}`
}
