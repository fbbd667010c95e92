/**
 * The clusters that Argo CD's cluster Secrets declare (label argocd.argoproj.io/secret-type=cluster, in the control namespace of the
 * management cluster). Effect: reads the management cluster.
 */
import { type ClusterSecret, readClusterSecret } from '../kube/cluster-secret.ts'
import type { Environment } from '../kube/proxy.ts'
import { type Declared, type FollowedSecrets, type FollowedSecretsOptions, followSecrets } from './followed-secrets.ts'

export const clusterSecretSelector = 'argocd.argoproj.io/secret-type=cluster'

export type DeclaredCluster = Declared<ClusterSecret>
export type ClusterSecrets = FollowedSecrets<ClusterSecret>

export interface ClusterSecretsOptions
  extends Omit<FollowedSecretsOptions<ClusterSecret>, 'what' | 'labelSelector' | 'read'> {
  /** For the proxies of connections. */
  readonly env: Environment
}

export function createClusterSecrets(options: ClusterSecretsOptions): ClusterSecrets {
  return followSecrets({
    ...options,
    what: 'cluster Secrets',
    labelSelector: clusterSecretSelector,
    read: (secret) => readClusterSecret(secret, options.env),
  })
}
