/** POST of a Binding: a scheduler puts a pod on a node. */
import { type ClusterState, objectAs } from '../cluster-state.ts'
import { type Answer, type ApiRequest, bodyOf, fieldManager, isDryRun } from '../request.ts'
import { conflict, StatusError } from '../status-error.ts'
import { dataAt } from '../values.ts'
import { replaceObject } from '../write.ts'
import { entryOf } from './get.ts'

const BINDING = { kind: 'Binding', message: 'core.v1.Binding' }

/** `pods/NAME/binding`, or `bindings` with the pod's name in the body. Throws 409 when the pod has a node. */
export function bind(state: ClusterState, request: ApiRequest): Answer {
  const body = bodyOf(request, BINDING)
  const name = request.subresource === 'binding' ? request.name : String(dataAt(body, 'metadata')['name'] ?? '')
  const node = dataAt(body, 'target')['name']
  const pods = state.resources.find('', 'v1', 'pods')!
  if (typeof node !== 'string' || node === '') {
    throw new StatusError(500, '', 'target.name: Required value')
  }
  const entry = entryOf(state, { ...request, resource: pods, name })
  const pod = objectAs(pods, entry)
  const refuse = (detail: string) => conflict({ group: '', plural: 'pods/binding', kind: 'Binding' }, name, detail)
  if (pod.metadata.deletionTimestamp !== undefined) {
    throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  }
  const current = dataAt(pod, 'spec')['nodeName']
  if (current !== undefined && current !== '') {
    throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(current)}`)
  }
  const bound = { ...pod, metadata: { ...pod.metadata }, spec: { ...dataAt(pod, 'spec'), nodeName: node } }
  const options = { manager: fieldManager(request), dryRun: isDryRun(request), part: true }
  replaceObject(state, pods, entry, bound, options)
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  return { code: 201, body: JSON.stringify(status) }
}
