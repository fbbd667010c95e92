/** Everything a project says about an Application's spec, without its objects. Pure. */
import { type Application, sourcesOf } from '../../api/application.ts'
import type { AppProject } from '../../api/appproject.ts'
import { type ClusterName, type Destination, isDestinationPermitted } from './destination.ts'
import { isSourceNamespacePermitted, isSourcePermitted } from './source.ts'
import type { Verdict } from './verdict.ts'

export interface ApplicationQuestion {
  readonly application: Application
  /** The namespace where Applications may use every project. */
  readonly controlNamespace: string
  readonly cluster: ClusterName
  readonly scopedClusters?: readonly ClusterName[]
}

/** One verdict for the namespace, each source and the destination, in this order. */
export function applicationVerdicts(project: AppProject, question: ApplicationQuestion): Verdict[] {
  const { application, cluster } = question
  const destination: Destination = { ...cluster, namespace: application.spec.destination.namespace ?? '' }
  return [
    isSourceNamespacePermitted(project, application.metadata.namespace ?? '', question.controlNamespace),
    ...sourcesOf(application.spec).map((source) => isSourcePermitted(project, source.repoURL)),
    isDestinationPermitted(project, destination, question.scopedClusters),
  ]
}
