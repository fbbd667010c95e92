/** What is special about each built-in kind when it is written: defaults, validation, generation. One table. */
import type { KubeObject } from '../kube/object.ts'
import { validateDefinition } from './crd/validate-definition.ts'
import {
  defaultAutoscaler,
  defaultBinding,
  defaultCrd,
  defaultNamespace,
  defaultNetworkPolicy,
  defaultPersistentVolume,
  defaultSecret,
  defaultStorageClass,
  defaultWebhooks,
  foldStringData,
} from './defaults/others.ts'
import { ensure } from './defaults/pod.ts'
import { allocateAddresses, defaultService } from './defaults/service.ts'
import {
  defaultClaim,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultPod,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
} from './defaults/workloads.ts'
import type { FieldError } from './status-error.ts'
import {
  validateAutoscaler,
  validateBinding,
  validateClaim,
  validateData,
  validateIngress,
  validateService,
  validateStorageClass,
} from './validation/others.ts'
import {
  validateCronJob,
  validateDeployment,
  validateJob,
  validatePod,
  validateStatefulSet,
  validateWorkload,
} from './validation/workloads.ts'
import { type Data, dataAt, isData } from './values.ts'

export interface KindRules {
  /** Changes the object: fills in what was left out. `old` is what is stored, when there is something. */
  defaults?(object: KubeObject, old: KubeObject | undefined): void
  validate?(object: KubeObject, old: KubeObject | undefined): FieldError[]
  /** metadata.generation counts changes of spec. */
  generation?: boolean
}

function specDefaults(apply: (spec: Data) => void): (object: KubeObject) => void {
  return (object) => apply(ensure(object, 'spec'))
}

function defaultJobObject(object: KubeObject): void {
  const spec = ensure(object, 'spec')
  defaultJob(spec)
  if (spec['manualSelector'] === true) return
  // The Job controller's labels, which keep Jobs of the same name apart.
  const { uid } = object.metadata
  const name = object.metadata.name
  if (spec['selector'] === undefined) spec['selector'] = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } }
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels')
  const selected = dataAt(spec, 'selector', 'matchLabels')['batch.kubernetes.io/controller-uid'] ?? uid
  labels['batch.kubernetes.io/controller-uid'] = selected
  labels['batch.kubernetes.io/job-name'] = name
  labels['controller-uid'] = selected
  labels['job-name'] = name
}

function keepJobSelector(object: KubeObject, old: KubeObject | undefined): void {
  const spec = ensure(object, 'spec')
  const selector = old === undefined ? undefined : dataAt(old, 'spec')['selector']
  if (spec['selector'] === undefined && isData(selector)) spec['selector'] = selector
  defaultJobObject(object)
}

function defaultServiceObject(object: KubeObject, old: KubeObject | undefined): void {
  const spec = ensure(object, 'spec')
  defaultService(spec)
  allocateAddresses(spec, old === undefined ? undefined : dataAt(old, 'spec'), object.metadata.uid ?? '')
  ensure(ensure(object, 'status'), 'loadBalancer')
}

function defaultPodObject(object: KubeObject): void {
  defaultPod(ensure(object, 'spec'))
  const status = ensure(object, 'status')
  if (status['phase'] === undefined) status['phase'] = 'Pending'
  if (status['qosClass'] === undefined) status['qosClass'] = qosOf(object)
}

function qosOf(object: KubeObject): string {
  const containers = (dataAt(object, 'spec')['containers'] as Data[] | undefined) ?? []
  const resources = containers.map((one) => dataAt(one, 'resources'))
  if (resources.every((one) => Object.keys(one).length === 0)) return 'BestEffort'
  const guaranteed = resources.every((one) => {
    const limits = dataAt(one, 'limits')
    const requests = dataAt(one, 'requests')
    return ['cpu', 'memory'].every((name) => limits[name] !== undefined && limits[name] === requests[name])
  })
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function defaultClaimObject(object: KubeObject): void {
  defaultClaim(ensure(object, 'spec'))
  const status = ensure(object, 'status')
  if (status['phase'] === undefined) status['phase'] = 'Pending'
}

const RULES: Record<string, KindRules> = {
  '/Pod': { defaults: defaultPodObject, validate: validatePod, generation: true },
  '/Service': { defaults: defaultServiceObject, validate: validateService },
  '/Secret': {
    defaults: (object) => {
      foldStringData(object)
      defaultSecret(object)
    },
    validate: validateData,
  },
  '/ConfigMap': { validate: validateData },
  '/Namespace': { defaults: defaultNamespace },
  '/PersistentVolumeClaim': { defaults: defaultClaimObject, validate: validateClaim },
  '/PersistentVolume': {
    defaults: (object) => {
      defaultPersistentVolume(object)
      const status = ensure(object, 'status')
      if (status['phase'] === undefined) status['phase'] = 'Pending'
    },
  },
  '/ReplicationController': { defaults: specDefaults(defaultReplicationController), generation: true },
  'apps/Deployment': { defaults: specDefaults(defaultDeployment), validate: validateDeployment, generation: true },
  'apps/ReplicaSet': { defaults: specDefaults(defaultReplicaSet), validate: validateWorkload, generation: true },
  'apps/StatefulSet': { defaults: specDefaults(defaultStatefulSet), validate: validateStatefulSet, generation: true },
  'apps/DaemonSet': { defaults: specDefaults(defaultDaemonSet), validate: validateWorkload, generation: true },
  'batch/Job': { defaults: keepJobSelector, validate: validateJob, generation: true },
  'batch/CronJob': {
    defaults: (object) => {
      specDefaults(defaultCronJob)(object)
      // The API server answers with an empty status, which tells a stored object from a manifest.
      ensure(object, 'status')
    },
    validate: validateCronJob,
    generation: true,
  },
  'networking.k8s.io/Ingress': {
    defaults: (object) => {
      ensure(ensure(object, 'status'), 'loadBalancer')
    },
    validate: validateIngress,
    generation: true,
  },
  'networking.k8s.io/NetworkPolicy': { defaults: specDefaults(defaultNetworkPolicy), generation: true },
  'policy/PodDisruptionBudget': { generation: true },
  'autoscaling/HorizontalPodAutoscaler': {
    defaults: (object) => {
      if (object.apiVersion === 'autoscaling/v2') defaultAutoscaler(ensure(object, 'spec'))
    },
    validate: validateAutoscaler,
  },
  'rbac.authorization.k8s.io/RoleBinding': { defaults: defaultBinding, validate: validateBinding },
  'rbac.authorization.k8s.io/ClusterRoleBinding': { defaults: defaultBinding, validate: validateBinding },
  'storage.k8s.io/StorageClass': { defaults: defaultStorageClass, validate: validateStorageClass },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': { defaults: defaultWebhooks, generation: true },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': { defaults: defaultWebhooks, generation: true },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    defaults: defaultCrd,
    validate: validateDefinition,
    generation: true,
  },
}

const NONE: KindRules = {}

export function rulesOf(group: string, kind: string): KindRules {
  return RULES[`${group}/${kind}`] ?? NONE
}
