/** Every simulated controller, one row each. */
import type { Controller } from './controller.ts'
import { deploymentController } from './deployment.ts'
import { ingressController } from './ingress.ts'
import { podController } from './kubelet.ts'
import { namespaceController } from './namespace.ts'
import { replicaSetController } from './replicaset.ts'
import { serviceController } from './service.ts'
import { volumeClaimController, volumeController } from './volume-claim.ts'

/** Fresh controllers for one simulation: some remember what is pending. */
export function controllers(nodeNames: readonly string[]): readonly Controller[] {
  return [
    namespaceController,
    deploymentController,
    replicaSetController,
    podController(nodeNames),
    serviceController,
    ingressController,
    volumeClaimController,
    volumeController,
  ]
}
