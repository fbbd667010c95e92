/** A sandbox that begins with the objects of another cluster: what `kubectl get -o yaml` printed. Effects: writes to the store. */
import { groupOf, type KubeObject, versionOf } from '../kube/object.ts'
import { parseYaml } from '../kube/yaml.ts'
import { type ClusterState, storageResource, timestamp } from './cluster-state.ts'
import { convertTo } from './convert.ts'
import { instancesKey, resourcesOf } from './crd/resource-of.ts'
import { readObject } from './read-object.ts'
import type { Resource } from './resources.ts'
import { StatusError } from './status-error.ts'
import { type Data, dataAt, isData, listAt } from './values.ts'

/** A dump that cannot be used. The message names the object. */
export class SeedError extends Error {
  override readonly name = 'SeedError'
}

export interface Seeded {
  added: number
  /** Already there, or on its way out where it came from. */
  skipped: number
}

/** The objects of a dump: documents, and the items of lists. Throws SeedError, or YamlError. */
export function parseSeed(text: string): KubeObject[] {
  return parseYaml(text).documents.flatMap(({ value, line }) => {
    if (value === null || value === undefined) return []
    if (!isData(value)) throw new SeedError(`Cannot seed the sandbox: line ${line} holds no object`)
    return objectsOf(value, line)
  })
}

function objectsOf(document: Data, line: number): KubeObject[] {
  const { apiVersion, kind } = document
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new SeedError(`Cannot seed the sandbox: the document at line ${line} has no apiVersion and kind`)
  }
  if (!Array.isArray(document['items']) || !kind.endsWith('List')) return [document as unknown as KubeObject]
  // The items of a typed list (DeploymentList) leave out what the list says.
  const identity = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) }
  return listAt(document, 'items')
    .filter(isData)
    .flatMap((item) => objectsOf({ ...identity, ...item }, line))
}

/**
 * Puts in what is not there yet, with its uid (owners stay owners), times and status. Namespaces that are only named are made. Before
 * controllers run. Throws SeedError; then nothing of the seed may be used.
 */
export function seed(state: ClusterState, objects: readonly KubeObject[]): Seeded {
  const result: Seeded = { added: 0, skipped: 0 }
  const isDefinition = (object: KubeObject) => object.kind === 'CustomResourceDefinition'
  for (const object of [...objects.filter(isDefinition), ...objects.filter((one) => !isDefinition(one))]) {
    const added = add(state, object)
    if (added) result.added++
    else result.skipped++
    // Objects of the kind may follow; the controller serves it in its own time.
    if (added && isDefinition(object)) state.resources.setCustom(instancesKey(object), resourcesOf(object))
  }
  return result
}

function add(state: ClusterState, given: KubeObject): boolean {
  const resource = resourceOf(state, given)
  const { name = '', namespace = '' } = dataAt(given, 'metadata') as KubeObject['metadata']
  if (typeof name !== 'string' || name === '') throw refusal(given, 'it has no name')
  if (resource.namespaced !== (namespace !== '')) {
    throw refusal(given, resource.namespaced ? 'it has no namespace' : 'its kind has no namespaces')
  }
  if (given.metadata.deletionTimestamp !== undefined) return false
  if (state.store.get(resource.storageKey, namespace, name) !== undefined) return false
  if (namespace !== '') ensureNamespace(state, namespace)
  put(state, resource, read(resource, given))
  return true
}

function resourceOf(state: ClusterState, object: KubeObject): Resource {
  const group = groupOf(object.apiVersion)
  const resource = state.resources.ofKind({ group, kind: object.kind }, versionOf(object.apiVersion))
  if (resource?.verbs.includes('get') === true) return resource
  throw refusal(object, 'nothing here is of its kind, and no CustomResourceDefinition in the file makes it')
}

function read(resource: Resource, object: KubeObject): KubeObject {
  try {
    return readObject(resource, object, { fieldValidation: 'Ignore', warn: () => {} })
  } catch (error) {
    if (error instanceof StatusError) throw refusal(object, error.message, error)
    throw error
  }
}

function put(state: ClusterState, resource: Resource, object: KubeObject): void {
  const metadata = { ...object.metadata }
  delete metadata.resourceVersion
  delete metadata['selfLink']
  metadata.uid ??= state.newUid()
  metadata.creationTimestamp ??= timestamp(state.clock)
  const { apiVersion, kind, metadata: _, ...rest } = convertTo(storageResource(state, resource), object)
  state.store.put(resource.storageKey, { apiVersion, kind, metadata, ...rest })
}

function ensureNamespace(state: ClusterState, name: string): void {
  const namespaces = state.resources.find('', 'v1', 'namespaces')
  if (namespaces === undefined || state.store.get(namespaces.storageKey, '', name) !== undefined) return
  const labels = { 'kubernetes.io/metadata.name': name }
  put(state, namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  })
}

function refusal(object: KubeObject, detail: string, cause?: unknown): SeedError {
  const { name = '', namespace } = dataAt(object, 'metadata') as KubeObject['metadata']
  const where = namespace === undefined ? name : `${namespace}/${name}`
  return new SeedError(`Cannot seed the sandbox with ${object.kind} ${where} (${object.apiVersion}): ${detail}`, {
    cause,
  })
}
