/** The scale subresource: the number of replicas of anything that has one. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Answer } from '../request.ts'
import type { Resource } from '../resources.ts'
import { builtinType } from '../schema/builtin.ts'
import { decodeBuiltin } from '../schema/decode.ts'
import { trackScale } from '../server-side-apply/scale.ts'
import { badRequest, invalid, invalidValue } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import type { WriteOptions, Written } from '../write.ts'

/** What the subresource takes and gives. */
export const SCALE = { kind: 'Scale', message: 'autoscaling.v1.Scale' }

/** An object as an autoscaling/v1 Scale. */
export function scaleOf(resource: Resource, object: KubeObject): Data {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const paths = pathsOf(resource)
  const selector = selectorText(resource, object)
  const replicas = numberAt(object, paths.spec)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, paths.status), ...(selector !== '' && { selector }) },
  }
}

export interface Scaled {
  readonly object: KubeObject
  readonly options: Pick<WriteOptions, 'managedFields' | 'through' | 'defaulted'>
  answer(written: Written): Answer
}

/** The object with the replicas of a Scale, and how it is written and answered. `manager` scales. Throws 400 and 422. */
export function scaledObject(resource: Resource, object: KubeObject, scale: Data, manager: string): Scaled {
  const { name } = object.metadata
  const { value } = decodeBuiltin(scale, builtinType(SCALE.message), 'Scale', 'v1')
  const given = dataAt(value, 'metadata')['name']
  if (given === undefined)
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (given !== name)
    throw badRequest(`the name of the object (${String(given)}) does not match the name on the URL (${name})`)
  const replicas = dataAt(value, 'spec')['replicas'] ?? 0
  // Custom kinds are looked at as a whole.
  if (resource.custom === undefined && typeof replicas === 'number' && replicas < 0) {
    throw invalid({ group: 'autoscaling', plural: '', kind: 'Scale' }, name ?? '', [
      invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
    ])
  }
  const version = dataAt(scale, 'metadata')['resourceVersion']
  const metadata = { ...object.metadata }
  if (typeof version === 'string') metadata.resourceVersion = version
  const path = pathsOf(resource).spec
  const next = withValue({ ...object, metadata }, path, replicas)
  const managedFields = trackScale({
    entries: object.metadata.managedFields,
    path,
    apiVersion: object.apiVersion,
    manager,
    before: numberAt(object, path),
    after: typeof replicas === 'number' ? replicas : 0,
  })
  return {
    object: next as KubeObject,
    options: { managedFields, through: 'scale', defaulted: true },
    answer: (written) => ({ code: 200, body: JSON.stringify(scaleOf(resource, written.object)) }),
  }
}

function pathsOf(resource: Resource): { spec: string[]; status: string[] } {
  const scale = resource.custom?.scale
  if (scale === undefined) return { spec: ['spec', 'replicas'], status: ['status', 'replicas'] }
  return { spec: steps(scale.specReplicasPath), status: steps(scale.statusReplicasPath) }
}

function steps(path: string): string[] {
  return path.split('.').filter((step) => step !== '')
}

function numberAt(object: Data, path: readonly string[]): number {
  const value = dataAt(object, ...path.slice(0, -1))[path.at(-1) ?? '']
  return typeof value === 'number' ? value : 0
}

function withValue(data: Data, path: readonly string[], value: unknown): Data {
  const [step, ...rest] = path
  if (step === undefined) return data
  const child = data[step]
  return { ...data, [step]: rest.length === 0 ? value : withValue(isData(child) ? child : {}, rest, value) }
}

function selectorText(resource: Resource, object: KubeObject): string {
  const path = resource.custom?.scale?.labelSelectorPath
  if (path !== undefined) {
    const parts = steps(path)
    return String(dataAt(object, ...parts.slice(0, -1))[parts.at(-1) ?? ''] ?? '')
  }
  const selector = dataAt(object, 'spec', 'selector')
  const labels = Object.entries(dataAt(selector, 'matchLabels')).map(([key, value]) => ({
    key,
    text: `${key}=${String(value)}`,
  }))
  const expressions = listAt(selector, 'matchExpressions').filter(isData).map(requirement)
  return [...labels, ...expressions]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',')
}

/** One requirement of a selector as its text form has it. */
function requirement(expression: Data): { key: string; text: string } {
  const key = String(expression['key'])
  const values = listAt(expression, 'values').map(String).sort().join(',')
  switch (expression['operator']) {
    case 'In':
      return { key, text: `${key} in (${values})` }
    case 'NotIn':
      return { key, text: `${key} notin (${values})` }
    case 'Exists':
      return { key, text: key }
    default:
      return { key, text: `!${key}` }
  }
}
