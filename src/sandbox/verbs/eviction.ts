/** POST of an Eviction: a delete that respects disruption budgets. */
import { matchesLabels, readLabelSelector } from '../../kube/labels.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { ClusterState } from '../cluster-state.ts'
import { deleteEntry } from '../deletion.ts'
import { type Answer, type ApiRequest, bodyOf, isDryRun } from '../request.ts'
import { badRequest, StatusError } from '../status-error.ts'
import type { Entry } from '../store.ts'
import { dataAt, isData, listAt } from '../values.ts'
import { entryOf } from './get.ts'

const EVICTION = { kind: 'Eviction', message: 'policy.v1.Eviction' }

/** Throws 429 when a budget forbids it. */
export function evict(state: ClusterState, request: ApiRequest): Answer {
  const body = bodyOf(request, EVICTION)
  const name = dataAt(body, 'metadata')['name'] ?? request.name
  if (name !== request.name) throw badRequest('name in URL does not match name in Eviction object')
  const entry = entryOf(state, request)
  const options = dataAt(body, 'deleteOptions')
  const dryRun = isDryRun(request) || listAt(options, 'dryRun').includes('All')
  const budgets = budgetsOf(state, entry)
  if (budgets.length > 1) {
    const message = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'
    throw new StatusError(500, 'InternalError', message)
  }
  const [budget] = budgets
  if (budget !== undefined && !hasEnded(entry.object())) respect(state, budget)
  const grace = options['gracePeriodSeconds']
  deleteEntry(state, request.resource, entry, {
    dryRun,
    ...(typeof grace === 'number' && { gracePeriodSeconds: grace }),
  })
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return { code: 201, body: JSON.stringify(status) }
}

function budgetsOf(state: ClusterState, pod: Entry): Entry[] {
  return state.store
    .list('policy/poddisruptionbudgets', pod.namespace)
    .filter((budget) => matchesLabels(selectorOf(budget.object()), pod.labels))
}

function selectorOf(budget: KubeObject) {
  return readLabelSelector(dataAt(budget, 'spec')['selector']) ?? NOBODY
}

/** Without a selector a budget is about no pod. */
const NOBODY = [{ key: 'none', operator: 'In' as const, values: [] }]

/** Pods that ended, or have not begun, disturb nobody when they go. */
function hasEnded(pod: KubeObject): boolean {
  return (
    ['Succeeded', 'Failed', 'Pending'].includes(String(dataAt(pod, 'status')['phase'])) ||
    pod.metadata.deletionTimestamp !== undefined
  )
}

function respect(state: ClusterState, budget: Entry): void {
  const spec = dataAt(budget.object(), 'spec')
  const pods = state.store
    .list('/pods', budget.namespace)
    .filter((pod) => matchesLabels(selectorOf(budget.object()), pod.labels))
    .map((pod) => pod.object())
  const healthy = pods.filter(isReady).length
  const needed = neededPods(spec, pods.length)
  if (healthy > needed) return
  const message = "Cannot evict pod as it would violate the pod's disruption budget."
  throw new StatusError(429, 'TooManyRequests', message, {
    causes: [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${budget.name} needs ${needed} healthy pods and has ${healthy} currently`,
      },
    ],
  })
}

/** Of the pods there are: the sandbox counts those that exist, the real server those that their owners want. */
function neededPods(spec: Readonly<Record<string, unknown>>, pods: number): number {
  const { minAvailable, maxUnavailable } = spec
  if (maxUnavailable !== undefined) return Math.max(0, pods - scaled(maxUnavailable, pods))
  return minAvailable === undefined ? Math.max(0, pods - 1) : scaled(minAvailable, pods)
}

/** A number, or a percentage rounded up. */
function scaled(value: unknown, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(String(value), 10) * total) / 100)
}

function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions')
    .filter(isData)
    .some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True')
}
