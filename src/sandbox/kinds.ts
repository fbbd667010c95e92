/** What is special about each built-in kind when it is written: defaults, validation, generation. One table. */
import type { KubeObject } from '../kube/object.ts'
import { validateDefinition } from './crd/validate-definition.ts'
import {
  defaultAutoscaler,
  defaultBinding,
  defaultCrd,
  defaultLimitRange,
  defaultNamespaceLabel,
  defaultNetworkPolicy,
  defaultPersistentVolume,
  defaultSecret,
  defaultStorageClass,
  defaultWebhooks,
  foldStringData,
} from './defaults/others.ts'
import { ensure, setDefault } from './defaults/pod.ts'
import { defaultAdmissionPolicy, defaultPolicyBinding } from './defaults/policies.ts'
import { allocateAddresses, defaultService } from './defaults/service.ts'
import {
  admitPod,
  defaultClaim,
  defaultCronJob,
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultPodSpecAlone,
  defaultReplicaSet,
  defaultReplicationController,
  defaultStatefulSet,
  tolerateLostNodes,
} from './defaults/workloads.ts'
import {
  addFinalizer,
  countTemplate,
  labelJob,
  nameSecrets,
  qosOf,
  selectJob,
  setTemplateGeneration,
  TEMPLATE_GENERATION,
} from './prepare.ts'
import type { FieldError } from './status-error.ts'
import { validateConfigMap, validateSecret } from './validation/data.ts'
import { validateCronJob, validateJob } from './validation/jobs.ts'
import { validateIngress, validateNetworkPolicy, validateService, validateServiceStatus } from './validation/network.ts'
import {
  validateAutoscaler,
  validateBinding,
  validateDisruptionBudget,
  validateLimitRange,
  validatePriorityClass,
  validateResourceQuota,
  validateRole,
} from './validation/others.ts'
import { validatePod } from './validation/pod-update.ts'
import { validateAdmissionPolicy, validatePolicyBinding } from './validation/policies.ts'
import { validateClaim, validateStorageClass, validateVolume } from './validation/storage.ts'
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaStatus,
  validateStatefulSet,
  validateWorkload,
} from './validation/workloads.ts'
import { type Data, dataAt, deepEqual, isData } from './values.ts'

export interface KindRules {
  /** Changes the object: fills in what its version says is there when it is left out. Whoever writes owns it. */
  defaults?(object: KubeObject): void
  /** Changes the object: what the server itself sets on a create or an update. Nobody owns it. `now` is RFC 3339. */
  prepareCreate?(object: KubeObject, now: string): void
  prepareUpdate?(object: KubeObject, old: KubeObject): void
  /** The same for a write of status. */
  prepareStatus?(object: KubeObject, old: KubeObject): void
  /** Fields besides spec that a write of status does not own. */
  statusReset?: readonly string[]
  validate?(object: KubeObject, old: KubeObject | undefined): FieldError[]
  validateStatus?(object: KubeObject, old: KubeObject): FieldError[]
  /** The kind counts generations: does this change make a new one? */
  counts?(object: KubeObject, old: KubeObject): boolean
  /** An update must name the version it changes. */
  conditionalUpdate?: boolean
  /** Metadata is looked at when everything else is well. */
  metadataLast?: boolean
  /** An update of what is not there makes it. */
  createOnUpdate?: boolean
}

const specChanged: NonNullable<KindRules['counts']> = (object, old) => !deepEqual(object['spec'], old['spec'])

function specDefaults(apply: (spec: Data) => void): (object: KubeObject) => void {
  return (object) => apply(ensure(object, 'spec'))
}

const RULES: Record<string, KindRules> = {
  '/Pod': {
    defaults: specDefaults(defaultPodSpecAlone),
    prepareCreate: (object) => {
      const status = ensure(object, 'status')
      status['phase'] = 'Pending'
      status['qosClass'] = qosOf(object)
      admitPod(ensure(object, 'spec'), object.metadata.uid ?? '')
    },
    prepareUpdate: (object) => tolerateLostNodes(ensure(object, 'spec')),
    statusReset: ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
    prepareStatus: (object, old) => {
      if (old.metadata.ownerReferences === undefined) delete object.metadata.ownerReferences
      else object.metadata.ownerReferences = old.metadata.ownerReferences
      const before = dataAt(old, 'status')['qosClass']
      if (before !== undefined) setDefault(ensure(object, 'status'), 'qosClass', before)
    },
    validate: validatePod,
    counts: specChanged,
  },
  '/Service': {
    defaults: specDefaults(defaultService),
    prepareCreate: (object) => allocateAddresses(ensure(object, 'spec'), undefined, object.metadata.uid ?? ''),
    prepareUpdate: (object, old) =>
      allocateAddresses(ensure(object, 'spec'), dataAt(old, 'spec'), object.metadata.uid ?? ''),
    validate: validateService,
    validateStatus: validateServiceStatus,
    createOnUpdate: true,
  },
  '/Secret': {
    defaults: (object) => {
      foldStringData(object)
      defaultSecret(object)
    },
    validate: validateSecret,
  },
  '/ConfigMap': { validate: validateConfigMap },
  '/Namespace': {
    defaults: defaultNamespaceLabel,
    prepareCreate: (object) => {
      ensure(object, 'spec')['finalizers'] = ['kubernetes']
      object['status'] = { phase: 'Active' }
    },
    prepareUpdate: (object, old) => {
      object['spec'] = old['spec']
    },
  },
  '/ServiceAccount': { prepareCreate: nameSecrets, prepareUpdate: nameSecrets },
  '/Endpoints': { createOnUpdate: true },
  '/Event': { createOnUpdate: true },
  '/LimitRange': { defaults: specDefaults(defaultLimitRange), validate: validateLimitRange, createOnUpdate: true },
  '/ResourceQuota': { validate: validateResourceQuota },
  '/PersistentVolumeClaim': {
    defaults: (object) => {
      defaultClaim(ensure(object, 'spec'))
      setDefault(ensure(object, 'status'), 'phase', 'Pending')
    },
    prepareCreate: (object) => {
      object['status'] = { phase: 'Pending' }
      addFinalizer(object, 'kubernetes.io/pvc-protection')
    },
    validate: validateClaim,
  },
  '/PersistentVolume': {
    defaults: (object) => {
      defaultPersistentVolume(object)
      setDefault(ensure(object, 'status'), 'phase', 'Pending')
    },
    prepareCreate: (object, now) => {
      object['status'] = { phase: 'Pending', lastPhaseTransitionTime: now }
      addFinalizer(object, 'kubernetes.io/pv-protection')
    },
    validate: validateVolume,
  },
  '/ReplicationController': { defaults: specDefaults(defaultReplicationController), counts: specChanged },
  'apps/Deployment': {
    defaults: specDefaults(defaultDeployment),
    validate: validateDeployment,
    validateStatus: validateReplicaStatus,
    // Annotations are copied to ReplicaSets, so they count too.
    counts: (object, old) =>
      specChanged(object, old) || !deepEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {}),
    statusReset: ['metadata.labels'],
    prepareStatus: (object, old) => {
      if (old.metadata.labels === undefined) delete object.metadata.labels
      else object.metadata.labels = old.metadata.labels
    },
  },
  'apps/ReplicaSet': {
    defaults: specDefaults(defaultReplicaSet),
    validate: validateWorkload,
    validateStatus: validateReplicaStatus,
    counts: specChanged,
  },
  'apps/StatefulSet': {
    defaults: specDefaults(defaultStatefulSet),
    validate: validateStatefulSet,
    validateStatus: validateReplicaStatus,
    counts: specChanged,
  },
  'apps/DaemonSet': {
    defaults: (object) => {
      defaultDaemonSet(ensure(object, 'spec'))
      if (object.metadata.annotations?.[TEMPLATE_GENERATION] === undefined) setTemplateGeneration(object, 0)
    },
    prepareCreate: (object) => setTemplateGeneration(object, 1),
    prepareUpdate: countTemplate,
    validate: validateDaemonSet,
    counts: specChanged,
  },
  'batch/Job': {
    defaults: (object) => defaultJob(ensure(object, 'spec'), object),
    prepareCreate: selectJob,
    prepareUpdate: labelJob,
    validate: validateJob,
    counts: specChanged,
  },
  'batch/CronJob': {
    defaults: specDefaults(defaultCronJob),
    validate: validateCronJob,
    counts: specChanged,
  },
  'networking.k8s.io/Ingress': { validate: validateIngress, counts: specChanged },
  'networking.k8s.io/NetworkPolicy': {
    defaults: specDefaults(defaultNetworkPolicy),
    validate: validateNetworkPolicy,
    counts: specChanged,
  },
  'networking.k8s.io/IngressClass': { counts: specChanged },
  'policy/PodDisruptionBudget': {
    validate: validateDisruptionBudget,
    counts: specChanged,
    conditionalUpdate: true,
    metadataLast: true,
  },
  'autoscaling/HorizontalPodAutoscaler': {
    defaults: (object) => {
      const spec = ensure(object, 'spec')
      if (object.apiVersion === 'autoscaling/v2') defaultAutoscaler(spec)
      else {
        setDefault(spec, 'minReplicas', 1)
        setDefault(spec, 'targetCPUUtilizationPercentage', 80)
      }
    },
    validate: validateAutoscaler,
  },
  'rbac.authorization.k8s.io/Role': { validate: validateRole, createOnUpdate: true },
  'rbac.authorization.k8s.io/ClusterRole': { validate: validateRole, createOnUpdate: true },
  'rbac.authorization.k8s.io/RoleBinding': {
    defaults: defaultBinding,
    validate: validateBinding,
    createOnUpdate: true,
  },
  'rbac.authorization.k8s.io/ClusterRoleBinding': {
    defaults: defaultBinding,
    validate: validateBinding,
    createOnUpdate: true,
  },
  'coordination.k8s.io/Lease': { conditionalUpdate: true, createOnUpdate: true },
  'storage.k8s.io/StorageClass': { defaults: defaultStorageClass, validate: validateStorageClass },
  'scheduling.k8s.io/PriorityClass': {
    defaults: (object) => setDefault(object, 'preemptionPolicy', 'PreemptLowerPriority'),
    validate: validatePriorityClass,
    counts: () => false,
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': {
    defaults: defaultWebhooks,
    counts: (object, old) => !deepEqual(object['webhooks'], old['webhooks']),
    conditionalUpdate: true,
  },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': {
    defaults: defaultWebhooks,
    counts: (object, old) => !deepEqual(object['webhooks'], old['webhooks']),
    conditionalUpdate: true,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': {
    defaults: specDefaults(defaultAdmissionPolicy),
    validate: validateAdmissionPolicy,
    counts: specChanged,
    conditionalUpdate: true,
  },
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': {
    defaults: specDefaults(defaultPolicyBinding),
    validate: validatePolicyBinding,
    counts: specChanged,
    conditionalUpdate: true,
  },
  'node.k8s.io/RuntimeClass': { conditionalUpdate: true, createOnUpdate: true },
  'apiextensions.k8s.io/CustomResourceDefinition': {
    defaults: defaultCrd,
    prepareCreate: (object) => {
      const stored = dataAt(object, 'spec')['versions']
      const versions = (Array.isArray(stored) ? stored : []).filter(isData)
      const name = versions.find((version) => version['storage'] === true)?.['name']
      object['status'] = { ...(object['status'] as Data), ...(name !== undefined && { storedVersions: [name] }) }
    },
    validate: validateDefinition,
    counts: specChanged,
    conditionalUpdate: true,
  },
}

const NONE: KindRules = {}

export function rulesOf(resource: { readonly group: string; readonly kind: string }): KindRules {
  return RULES[`${resource.group}/${resource.kind}`] ?? NONE
}
