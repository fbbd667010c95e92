/** What the server itself sets on objects of single kinds when they are written. Each changes the object it is given. */
import type { KubeObject } from '../kube/object.ts'
import { ensure, setDefault } from './defaults/pod.ts'
import { dataAt, deepEqual, isData } from './values.ts'

/** The Job controller's labels, which keep Jobs of the same name apart. */
export function selectJob(object: KubeObject): void {
  const spec = ensure(object, 'spec')
  if (spec['manualSelector'] === true) return
  const { uid, name } = object.metadata
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels')
  for (const label of ['job-name', 'batch.kubernetes.io/job-name']) setDefault(labels, label, name)
  for (const label of ['controller-uid', 'batch.kubernetes.io/controller-uid']) setDefault(labels, label, uid)
  const selector = ensure(ensure(spec, 'selector'), 'matchLabels')
  setDefault(selector, 'batch.kubernetes.io/controller-uid', uid)
  labelJob(object)
}

/** A Job without labels of its own reads with those of its pods. */
export function labelJob(object: KubeObject): void {
  const labels = dataAt(object, 'spec', 'template', 'metadata', 'labels')
  if (Object.keys(object.metadata.labels ?? {}).length === 0 && Object.keys(labels).length > 0) {
    object.metadata.labels = { ...labels } as Record<string, string>
  }
}

export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

/** The count of templates that DaemonSets had before they had generations. */
export function setTemplateGeneration(object: KubeObject, value: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(value) }
}

/** A changed template counts. */
export function countTemplate(object: KubeObject, old: KubeObject): void {
  const before = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0)
  const changed = !deepEqual(dataAt(object, 'spec')['template'], dataAt(old, 'spec')['template'])
  setTemplateGeneration(object, changed ? before + 1 : before)
}

/** Adds a finalizer that is not there yet. */
export function addFinalizer(object: KubeObject, finalizer: string): void {
  const finalizers = object.metadata.finalizers ?? []
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer]
}

/** How much of its resources is promised to a pod. */
export function qosOf(object: KubeObject): string {
  const spec = dataAt(object, 'spec')
  const containers = [spec['containers'], spec['initContainers']].flatMap((list) =>
    Array.isArray(list) ? list.filter(isData) : [],
  )
  const resources = containers.map((one) => dataAt(one, 'resources'))
  if (resources.every((one) => Object.keys(one).length === 0)) return 'BestEffort'
  const guaranteed = resources.every((one) => {
    const limits = dataAt(one, 'limits')
    const requests = dataAt(one, 'requests')
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name])
  })
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

/** Of the secrets of an account only the names are kept. */
export function nameSecrets(object: KubeObject): void {
  const secrets = object['secrets']
  if (Array.isArray(secrets)) object['secrets'] = secrets.filter(isData).map(({ name }) => ({ name }))
}
