/** `halcyon project`: what an AppProject permits, and whether it is valid. Effects: reads files. */
import { type AppProject, defaultProjectName } from '../api/appproject.ts'
import { HalcyonError } from '../api/errors.ts'
import { applicationVerdicts } from '../delivery/project/application.ts'
import { clusterNameOf, inCluster } from '../delivery/project/cluster-name.ts'
import { isDestinationPermitted } from '../delivery/project/destination.ts'
import { isResourcePermitted } from '../delivery/project/resource.ts'
import { isSourceNamespacePermitted, isSourcePermitted } from '../delivery/project/source.ts'
import { projectProblems } from '../delivery/project/validate.ts'
import type { Verdict } from '../delivery/project/verdict.ts'
import { type ProjectFiles, readProjectFiles } from './project-files.ts'
import { applicationOf, onlyKeys, type Question, textOf } from './questions.ts'

export interface PermitsAnswer {
  readonly project: string
  readonly permitted: boolean
  /** One for each thing asked, in the order source namespace, sources, destination, resource. */
  readonly verdicts: readonly Verdict[]
}

const keys = [
  'project',
  'application',
  'sourceRepo',
  'sourceNamespace',
  'destinationServer',
  'destinationName',
  'destinationNamespace',
  'group',
  'kind',
  'name',
  'namespace',
  'controlNamespace',
]

/** Reads the files once; the function it returns answers one question after the other. */
export async function openPermits(files: readonly string[]): Promise<(question: Question) => Promise<PermitsAnswer>> {
  const found = await readProjectFiles(files)
  return (question) => permits(found, question)
}

/** Throws UsageInvalid when nothing is asked, NotFound for an unknown project. */
async function permits(files: ProjectFiles, question: Question): Promise<PermitsAnswer> {
  onlyKeys(question, keys)
  const application = question['application'] === undefined ? undefined : await applicationOf(question['application'])
  const project = projectFor(files, textOf(question, 'project') || application?.spec.project)
  const verdicts: Verdict[] = []
  const scopedClusters = files.scopedClusters(project.metadata.name)
  const controlNamespace = textOf(question, 'controlNamespace') || 'argocd'
  const given = { server: textOf(question, 'destinationServer'), name: textOf(question, 'destinationName') }
  const namespace = textOf(question, 'destinationNamespace')
  const isPlaced = given.server !== '' || given.name !== ''
  const destination = isPlaced ? given : application?.spec.destination
  const cluster = destination === undefined ? inCluster : clusterNameOf(destination, files.clusters)
  if (application !== undefined)
    verdicts.push(
      ...applicationVerdicts(project, {
        application,
        controlNamespace,
        cluster: clusterNameOf(application.spec.destination, files.clusters),
        scopedClusters,
      }),
    )
  const sourceNamespace = textOf(question, 'sourceNamespace')
  if (sourceNamespace !== '') verdicts.push(isSourceNamespacePermitted(project, sourceNamespace, controlNamespace))
  const sourceRepo = textOf(question, 'sourceRepo')
  if (sourceRepo !== '') verdicts.push(isSourcePermitted(project, sourceRepo))
  if (isPlaced || namespace !== '')
    verdicts.push(isDestinationPermitted(project, { ...cluster, namespace }, scopedClusters))
  const resource = resourceOf(question)
  if (resource !== undefined) verdicts.push(isResourcePermitted(project, resource, cluster, scopedClusters))
  if (verdicts.length === 0)
    throw new HalcyonError(
      'UsageInvalid',
      'Cannot answer: nothing is asked; give a source, a destination, a kind or an application',
    )
  return { project: project.metadata.name, permitted: verdicts.every((verdict) => verdict.permitted), verdicts }
}

function projectFor(files: ProjectFiles, name: string | undefined): AppProject {
  if (name === undefined || name === '') return files.only()
  // An application of `default` asked against a file with one other project is asked about that project.
  if (name === defaultProjectName && !files.names.includes(name) && files.names.length === 1) return files.only()
  return files.project(name)
}

function resourceOf(question: Question) {
  const kind = textOf(question, 'kind')
  const namespace = textOf(question, 'namespace')
  if (kind === '') {
    if (textOf(question, 'group') !== '' || textOf(question, 'name') !== '' || namespace !== '')
      throw new HalcyonError('UsageInvalid', 'Cannot answer about a resource: its kind is missing')
    return undefined
  }
  const group = textOf(question, 'group')
  return { group, kind, name: textOf(question, 'name'), namespace, namespaced: namespace !== '' }
}

export interface ProjectValidity {
  readonly project: string
  readonly problems: readonly string[]
}

/** Every AppProject of the files. Throws UsageInvalid when there is none. */
export async function validateProjects(files: readonly string[]): Promise<readonly ProjectValidity[]> {
  const found = await readProjectFiles(files)
  if (found.names.length === 0)
    throw new HalcyonError('UsageInvalid', `Cannot validate: no AppProject in ${files.join(', ')}`)
  // What is inherited is the matter of the other project.
  return found.written.map((project) => ({ project: project.metadata.name, problems: projectProblems(project) }))
}
