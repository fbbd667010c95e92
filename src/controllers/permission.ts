/** Is an application within its project? What is not permitted is said with the rule, and nothing is written or deleted because of it. No effects. */
import { sourcesOf } from '../api/application.ts'
import type { AppProject } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { applicationVerdicts } from '../delivery/project/application.ts'
import type { ClusterName } from '../delivery/project/destination.ts'
import { isResourcePermitted } from '../delivery/project/resource.ts'
import type { Verdict } from '../delivery/project/verdict.ts'
import type { DesiredObject } from '../pipeline/plan/types.ts'
import { accessTo } from '../pipeline/source/repository-access.ts'
import { maskUrl } from '../pipeline/source/url.ts'
import type { ManagedApplication } from './application-state.ts'
import type { ControllerContext } from './context.ts'

/** The namespace, the sources and the destination. Throws ProjectUnknown, NotPermitted. */
export function checkApplication(context: ControllerContext, app: ManagedApplication): void {
  const project = context.fleet.projects.of(app)
  if (project === undefined) return
  const verdicts = applicationVerdicts(project, {
    application: app.manifest,
    controlNamespace: context.pipeline.controlNamespace,
    cluster: clusterOf(context, app),
    scopedClusters: scopedClusters(context, project),
  })
  refuse(app, project, verdicts)
}

/** Every object, hooks included. Throws NotPermitted. */
export function checkObjects(
  context: ControllerContext,
  app: ManagedApplication,
  objects: readonly Pick<DesiredObject, 'ref'>[],
): void {
  const project = context.fleet.projects.of(app)
  if (project === undefined) return
  const cluster = clusterOf(context, app)
  const scoped = scopedClusters(context, project)
  const verdicts = objects.map(({ ref }) =>
    isResourcePermitted(project, { ...ref, namespaced: ref.namespace !== '' }, cluster, scoped),
  )
  refuse(app, project, verdicts)
}

/** A Secret that names a project is for the applications of that project, as in Argo CD. Throws NotPermitted. */
export function checkRepositories(context: ControllerContext, app: ManagedApplication): void {
  const known = context.repositorySecrets.list.map(({ secret }) => secret)
  const { project } = app.manifest.spec
  for (const { repoURL } of sourcesOf(app.manifest.spec)) {
    const access = accessTo(repoURL, known)
    if (access === undefined || access.project === '' || access.project === project) continue
    throw new HalcyonError(
      'NotPermitted',
      `Cannot sync ${app.name}: the credentials of ${maskUrl(repoURL)} are for project ${access.project}, not for ${project}`,
    )
  }
}

/** How many refusals a message names. */
const shown = 3

function refuse(app: ManagedApplication, project: AppProject, verdicts: readonly Verdict[]): void {
  const denied = verdicts.filter((verdict) => !verdict.permitted)
  if (denied.length === 0) return
  const texts = denied.slice(0, shown).map(({ rule, because }) => `${because} (${rule})`)
  const more = denied.length > shown ? `, and ${denied.length - shown} more` : ''
  throw new HalcyonError(
    'NotPermitted',
    `Cannot sync ${app.name}: project ${project.metadata.name} does not permit it: ${texts.join('; ')}${more}`,
  )
}

function clusterOf(context: ControllerContext, app: ManagedApplication): ClusterName {
  return context.destinations.namesOf(app.manifest.spec.destination)
}

/** Clusters whose Secret names the project. */
function scopedClusters(context: ControllerContext, project: AppProject): readonly ClusterName[] {
  return context.clusterSecrets.list.flatMap(({ secret }) =>
    secret.project === project.metadata.name ? [secret.connection] : [],
  )
}
