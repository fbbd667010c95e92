/** The repositories and credential templates that Argo CD's Secrets declare in the control namespace. Effect: reads the management cluster. */
import { type RepositoryAccess, readRepositorySecret } from '../pipeline/source/repository-access.ts'
import { type FollowedSecrets, type FollowedSecretsOptions, followSecrets } from './followed-secrets.ts'

export type RepositorySecrets = FollowedSecrets<RepositoryAccess>

export function createRepositorySecrets(
  options: Omit<FollowedSecretsOptions<RepositoryAccess>, 'what' | 'labelSelector' | 'read'>,
): RepositorySecrets {
  return followSecrets({
    ...options,
    what: 'repository Secrets',
    labelSelector: 'argocd.argoproj.io/secret-type in (repository,repo-creds)',
    read: readRepositorySecret,
  })
}
