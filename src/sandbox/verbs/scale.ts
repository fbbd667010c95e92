/** The scale subresource: the number of replicas of anything that has one. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Answer } from '../request.ts'
import type { Resource } from '../resources.ts'
import { type Data, dataAt, isData } from '../values.ts'
import type { Written } from '../write.ts'

/** What the subresource takes and gives. */
export const SCALE = { kind: 'Scale', message: 'autoscaling.v1.Scale' }

/** An object as an autoscaling/v1 Scale. */
export function scaleOf(resource: Resource, object: KubeObject): Data {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const paths = pathsOf(resource)
  const selector = selectorText(resource, object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: numberAt(object, paths.spec) },
    status: { replicas: numberAt(object, paths.status), ...(selector !== '' && { selector }) },
  }
}

/** The object with the replicas of a Scale, and how to answer once it is written. */
export function scaledObject(
  resource: Resource,
  object: KubeObject,
  scale: Data,
): { object: KubeObject; answer(written: Written): Answer } {
  const replicas = dataAt(scale, 'spec')['replicas'] ?? 0
  const version = dataAt(scale, 'metadata')['resourceVersion']
  const metadata = { ...object.metadata }
  if (typeof version === 'string') metadata.resourceVersion = version
  const next = withValue({ ...object, metadata }, pathsOf(resource).spec, replicas)
  return {
    object: next as KubeObject,
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
  return Object.entries(dataAt(object, 'spec', 'selector', 'matchLabels'))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}
