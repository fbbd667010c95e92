/** AppProjects and what they depend on, from files: global projects of argocd-cm and cluster Secrets. Effects: reads the files. */
import { AppProject, defaultProject, defaultProjectName } from '../api/appproject.ts'
import { HalcyonError, messageOf } from '../api/errors.ts'
import type { ClusterName } from '../delivery/project/destination.ts'
import { effectiveProject, parseGlobalProjects } from '../delivery/project/effective.ts'
import { readClusterSecret } from '../kube/cluster-secret.ts'
import { getStringMap } from '../kube/fields.ts'
import type { KubeObject } from '../kube/object.ts'
import { readObjects } from './files.ts'

export interface ProjectFiles {
  readonly names: readonly string[]
  /** With what it inherits. Throws NotFound for a name that no file has, and is not `default`. */
  project(name: string): AppProject
  /** Every project as it is written, without what it inherits. */
  readonly written: readonly AppProject[]
  /** The project of a question that names none: the only one there is. Throws UsageInvalid when that is not clear. */
  only(): AppProject
  readonly clusters: readonly ClusterName[]
  /** The clusters whose Secret names the project. */
  scopedClusters(project: string): readonly ClusterName[]
}

/** Other objects in the files are left alone. Throws ManifestInvalid, ConfigInvalid, UsageInvalid. */
export async function readProjectFiles(files: readonly string[]): Promise<ProjectFiles> {
  const objects = await readObjects(files)
  const projects = new Map(
    objects
      .filter((object) => object.kind === 'AppProject')
      .map((object) => [object.metadata.name ?? '', parseProject(object)]),
  )
  const settings = objects.find((object) => object.kind === 'ConfigMap' && object.metadata.name === 'argocd-cm')
  const globals = parseGlobalProjects(getStringMap(settings, 'data')['globalProjects'] ?? '')
  const clusters = objects.filter(isClusterSecret).map(readCluster)

  function project(name: string): AppProject {
    const found = projects.get(name) ?? (name === defaultProjectName ? defaultProject() : undefined)
    if (found === undefined) {
      const known = projects.size === 0 ? 'the files hold none' : `the files hold ${[...projects.keys()].join(', ')}`
      throw new HalcyonError('NotFound', `Cannot find AppProject ${name}: ${known}`)
    }
    return effectiveProject(found, globals, (other) => projects.get(other))
  }

  return {
    names: [...projects.keys()],
    written: [...projects.values()],
    project,
    only() {
      const [first, ...more] = projects.keys()
      if (more.length > 0)
        throw new HalcyonError(
          'UsageInvalid',
          `Cannot choose a project: the files hold ${[first, ...more].join(', ')}; name one with --project`,
        )
      return project(first ?? defaultProjectName)
    },
    clusters,
    scopedClusters: (name) => clusters.filter((cluster) => cluster.project === name),
  }
}

/** Throws ManifestInvalid with the path of every problem. */
export function parseProject(object: unknown): AppProject {
  const parsed = AppProject.safeParse(object)
  if (parsed.success) return parsed.data
  const name = (object as Partial<KubeObject> | null)?.metadata?.name ?? ''
  const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new HalcyonError('ManifestInvalid', `Cannot read AppProject ${name}: ${problems.join('; ')}`)
}

function isClusterSecret(object: KubeObject): boolean {
  return object.kind === 'Secret' && object.metadata.labels?.['argocd.argoproj.io/secret-type'] === 'cluster'
}

function readCluster(secret: KubeObject): ClusterName & { readonly project: string } {
  try {
    const { connection, project } = readClusterSecret(secret)
    return { name: connection.name, server: connection.server, project }
  } catch (error) {
    throw new HalcyonError('ManifestInvalid', messageOf(error), { cause: error })
  }
}
