/** Health of one object: the check of its kind, or the common conventions. One file per kind; adding one is a file and a row. Pure. */
import { groupOf, type KubeObject } from '../../../kube/object.ts'
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
])

/**
 * Undefined for objects without health (ConfigMaps, Secrets, RBAC, custom kinds without conditions): nothing waits for them. An object
 * that is being deleted is Progressing, whatever its status says. Never throws: what is not of the expected type reads as absent.
 */
export function health(object: KubeObject, now: number): HealthVerdict | undefined {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('being deleted')
  const check = checks.get(`${groupOf(object.apiVersion)}/${object.kind}`)
  return check === undefined ? genericHealth(object) : check(object, now)
}

export type { HealthVerdict } from './verdict.ts'
