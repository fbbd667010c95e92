/** GET of a container's log. Nothing runs, so it is what the simulation says the container has written. */
import type { ClusterState } from '../cluster-state.ts'
import { flag, wholeNumber } from '../options.ts'
import type { Answer, ApiRequest } from '../request.ts'
import { badRequest } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { entryOf } from './get.ts'

/** Throws 400 when the container is not named, not there, or has not started. */
export function log(state: ClusterState, request: ApiRequest): Answer {
  const { query } = request
  const entry = entryOf(state, request)
  const pod = entry.object()
  const container = containerOf(pod, query.get('container') ?? '', entry.name)
  const { waiting, hasRun, ranBefore } = lifeOf(pod, container)
  const where = `container ${JSON.stringify(container)} in pod ${JSON.stringify(entry.name)}`
  if (flag(query, 'previous') && !ranBefore) throw badRequest(`previous terminated ${where} not found`)
  if (!hasRun) throw badRequest(`${where} is waiting to start: ${waiting}`)
  const text = state.logs?.(entry.namespace, entry.name, container, wholeNumber(query, 'tailLines')) ?? ''
  const limit = wholeNumber(query, 'limitBytes')
  const body = limit === undefined ? text : Buffer.from(text).subarray(0, limit).toString('utf8')
  return { code: 200, body, contentType: 'text/plain' }
}

function containerOf(pod: Data, given: string, podName: string): string {
  const names = (field: string) =>
    listAt(pod, 'spec', field)
      .filter(isData)
      .map((one) => String(one['name']))
  const main = names('containers')
  const init = names('initContainers')
  const ephemeral = names('ephemeralContainers')
  if (given === '') {
    const [only] = main
    if (only !== undefined && main.length === 1) return only
    throw badRequest(
      `a container name must be specified for pod ${podName}, choose one of: [${[...init, ...main, ...ephemeral].join(' ')}]`,
    )
  }
  if (![...main, ...init, ...ephemeral].includes(given))
    throw badRequest(`container ${given} is not valid for pod ${podName}`)
  return given
}

function lifeOf(pod: Data, container: string): { waiting: string; hasRun: boolean; ranBefore: boolean } {
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].flatMap((field) =>
    listAt(pod, 'status', field).filter(isData),
  )
  const status = statuses.find((one) => one['name'] === container)
  const ranBefore = isData(dataAt(status, 'lastState')['terminated'])
  const state = dataAt(status, 'state')
  const reason = String(dataAt(state, 'waiting')['reason'] ?? 'ContainerCreating')
  return {
    waiting: PULLING[reason] ?? reason,
    hasRun: isData(state['running']) || isData(state['terminated']) || ranBefore,
    ranBefore,
  }
}

const PULLING: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
}
