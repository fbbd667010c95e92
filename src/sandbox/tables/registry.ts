/** Which columns a built-in kind has. Data. */

import * as cluster from './cluster.ts'
import type { Column } from './column.ts'
import * as core from './core.ts'
import { cronJobs, jobs } from './jobs.ts'
import * as network from './network.ts'
import { pods } from './pods.ts'
import * as policy from './policy.ts'
import * as storage from './storage.ts'
import * as workloads from './workloads.ts'

/** By `group/kind`. */
export const builtInColumns: Readonly<Record<string, readonly Column[]>> = {
  '/Pod': pods,
  '/ReplicationController': workloads.replicationControllers,
  'apps/Deployment': workloads.deployments,
  'apps/ReplicaSet': workloads.replicaSets,
  'apps/StatefulSet': workloads.statefulSets,
  'apps/DaemonSet': workloads.daemonSets,
  'apps/ControllerRevision': workloads.controllerRevisions,
  'batch/Job': jobs,
  'batch/CronJob': cronJobs,
  '/Service': network.services,
  '/Endpoints': network.endpoints,
  'discovery.k8s.io/EndpointSlice': network.endpointSlices,
  'networking.k8s.io/Ingress': network.ingresses,
  'networking.k8s.io/IngressClass': network.ingressClasses,
  'networking.k8s.io/NetworkPolicy': network.networkPolicies,
  '/ConfigMap': core.configMaps,
  '/Secret': core.secrets,
  '/Namespace': core.namespaces,
  '/Node': core.nodes,
  '/ServiceAccount': core.serviceAccounts,
  '/Event': core.events,
  '/ResourceQuota': core.resourceQuotas,
  'coordination.k8s.io/Lease': core.leases,
  'scheduling.k8s.io/PriorityClass': core.priorityClasses,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': core.webhookConfigurations,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': core.webhookConfigurations,
  '/PersistentVolume': storage.volumes,
  '/PersistentVolumeClaim': storage.volumeClaims,
  'storage.k8s.io/StorageClass': storage.storageClasses,
  'autoscaling/HorizontalPodAutoscaler': policy.autoscalers,
  'policy/PodDisruptionBudget': policy.disruptionBudgets,
  '/LimitRange': policy.roles,
  'rbac.authorization.k8s.io/Role': policy.roles,
  'rbac.authorization.k8s.io/ClusterRole': policy.roles,
  'rbac.authorization.k8s.io/RoleBinding': policy.roleBindings,
  'rbac.authorization.k8s.io/ClusterRoleBinding': policy.roleBindings,
  'apiextensions.k8s.io/CustomResourceDefinition': policy.customResourceDefinitions,
  '/PodTemplate': cluster.podTemplates,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': cluster.admissionPolicies,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': cluster.admissionPolicyBindings,
  'flowcontrol.apiserver.k8s.io/FlowSchema': cluster.flowSchemas,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': cluster.priorityLevels,
  'node.k8s.io/RuntimeClass': cluster.runtimeClasses,
  'storage.k8s.io/CSIDriver': cluster.csiDrivers,
  'storage.k8s.io/CSINode': cluster.csiNodes,
  'storage.k8s.io/CSIStorageCapacity': cluster.csiStorageCapacities,
  'storage.k8s.io/VolumeAttachment': cluster.volumeAttachments,
  'certificates.k8s.io/CertificateSigningRequest': cluster.signingRequests,
  'networking.k8s.io/IPAddress': cluster.addresses,
  'networking.k8s.io/ServiceCIDR': cluster.serviceRanges,
  'apiregistration.k8s.io/APIService': cluster.apiServices,
}
