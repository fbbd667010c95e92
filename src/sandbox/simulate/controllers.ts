/** Every simulated controller, one row each. */
import { autoscalerController } from './autoscaler.ts'
import type { Controller } from './controller.ts'
import { daemonSetController } from './daemonset.ts'
import { deploymentController } from './deployment.ts'
import { disruptionBudgetController } from './disruption-budget.ts'
import { ingressController } from './ingress.ts'
import { jobController } from './job.ts'
import { podController } from './kubelet.ts'
import { namespaceController } from './namespace.ts'
import { replicaSetController } from './replicaset.ts'
import { serviceController } from './service.ts'
import { statefulSetController } from './statefulset.ts'
import { volumeClaimController, volumeController } from './volume-claim.ts'

/** Fresh controllers for one simulation: some remember what is pending. */
export function controllers(nodeNames: readonly string[]): readonly Controller[] {
  return [
    namespaceController,
    deploymentController,
    replicaSetController,
    statefulSetController,
    daemonSetController(nodeNames),
    jobController,
    podController(nodeNames),
    serviceController,
    ingressController,
    volumeClaimController,
    volumeController,
    autoscalerController,
    disruptionBudgetController,
  ]
}
