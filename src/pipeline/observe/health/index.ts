/** Health of one object: the check of its kind, or the common conventions. One file per kind; adding one is a file and a row. Pure. */

import { hookFinalizer } from '../../../api/names.ts'
import { groupOf, type KubeObject } from '../../../kube/object.ts'
import { customCheck } from './custom/index.ts'
import { genericHealth } from './generic.ts'
import { apiServiceHealth } from './kinds/api-service.ts'
import { applicationHealth } from './kinds/application.ts'
import { autoscalerHealth } from './kinds/autoscaler.ts'
import { cronJobHealth } from './kinds/cron-job.ts'
import { crdHealth } from './kinds/custom-resource-definition.ts'
import { daemonSetHealth } from './kinds/daemon-set.ts'
import { deploymentHealth } from './kinds/deployment.ts'
import { jobHealth } from './kinds/job.ts'
import { ingressHealth, serviceHealth } from './kinds/load-balancer.ts'
import { podHealth } from './kinds/pod.ts'
import { replicaSetHealth } from './kinds/replica-set.ts'
import { statefulSetHealth } from './kinds/stateful-set.ts'
import { volumeClaimHealth } from './kinds/volume-claim.ts'
import { workflowHealth } from './kinds/workflow.ts'
import { type HealthCheck, type HealthVerdict, progressing } from './verdict.ts'

/** By `group/kind`. */
const checks: ReadonlyMap<string, HealthCheck> = new Map<string, HealthCheck>([
  ['apps/Deployment', deploymentHealth],
  ['apps/ReplicaSet', replicaSetHealth],
  ['apps/StatefulSet', statefulSetHealth],
  ['apps/DaemonSet', daemonSetHealth],
  ['batch/Job', jobHealth],
  ['batch/CronJob', cronJobHealth],
  ['/Pod', podHealth],
  ['/PersistentVolumeClaim', volumeClaimHealth],
  ['/Service', serviceHealth],
  ['networking.k8s.io/Ingress', ingressHealth],
  ['extensions/Ingress', ingressHealth],
  ['autoscaling/HorizontalPodAutoscaler', autoscalerHealth],
  ['apiregistration.k8s.io/APIService', apiServiceHealth],
  ['apiextensions.k8s.io/CustomResourceDefinition', crdHealth],
  ['argoproj.io/Application', applicationHealth],
  ['argoproj.io/Workflow', workflowHealth],
])

/**
 * Undefined for objects without health (ConfigMaps, Secrets, RBAC, custom kinds without conditions): nothing waits for them. An object
 * that is being deleted is Progressing, whatever its status says. Never throws: what is not of the expected type reads as absent.
 */
export function health(object: KubeObject, now: number): HealthVerdict | undefined {
  const group = groupOf(object.apiVersion)
  const check = checks.get(`${group}/${object.kind}`) ?? customCheck(group, object.kind) ?? genericHealth
  return deletionHealth(object) ?? check(object, now)
}

/** Argo CD's own finalizer keeps a hook until its end was seen: such a hook is still judged by its status. */
export function deletionHealth({ metadata }: KubeObject): HealthVerdict | undefined {
  if (metadata.deletionTimestamp === undefined || metadata.deletionTimestamp === null) return undefined
  const finalizers: unknown = metadata.finalizers
  if (Array.isArray(finalizers) && finalizers.includes(hookFinalizer)) return undefined
  return progressing('Pending deletion')
}

/** Kinds of Kubernetes and Argo that have a check in `kinds/`, for the reference. */
export const coreKinds: readonly string[] = [...checks.keys()]

export type { HealthVerdict } from './verdict.ts'
