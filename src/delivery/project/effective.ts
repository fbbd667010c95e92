/** What a project inherits from global projects (`globalProjects` in argocd-cm). Pure. Source: Argo CD, user guide "Configuring global projects". */
import { load } from 'js-yaml'
import { z } from 'zod'
import type { AppProject, AppProjectSpec } from '../../api/appproject.ts'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import { matchesLabels, readLabelSelector, type Selector } from '../../kube/labels.ts'

export interface GlobalProject {
  readonly projectName: string
  readonly selector: Selector
}

const Setting = z.array(
  z.object({ projectName: z.string(), labelSelector: z.record(z.string(), z.unknown()).default({}) }),
)

/** Throws ConfigInvalid, naming the key. */
export function parseGlobalProjects(text: string): readonly GlobalProject[] {
  try {
    return Setting.parse(load(text) ?? []).map(({ projectName, labelSelector }) => ({
      projectName,
      selector: readLabelSelector(labelSelector) ?? [],
    }))
  } catch (error) {
    throw new HalcyonError('ConfigInvalid', `Cannot read globalProjects of argocd-cm: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** The project with the lists of every global project whose selector its labels match, in the order of the setting. */
export function effectiveProject(
  project: AppProject,
  globals: readonly GlobalProject[],
  find: (name: string) => AppProject | undefined,
): AppProject {
  let { spec } = project
  for (const { projectName, selector } of globals) {
    if (projectName === project.metadata.name || !matchesLabels(selector, project.metadata.labels)) continue
    const global = find(projectName)
    if (global === undefined) break
    spec = inherit(spec, global.spec)
  }
  return spec === project.spec ? project : { ...project, spec }
}

function inherit(own: AppProjectSpec, global: AppProjectSpec): AppProjectSpec {
  return {
    ...own,
    clusterResourceWhitelist: joined(own.clusterResourceWhitelist, global.clusterResourceWhitelist),
    clusterResourceBlacklist: joined(own.clusterResourceBlacklist, global.clusterResourceBlacklist),
    namespaceResourceWhitelist: joined(own.namespaceResourceWhitelist, global.namespaceResourceWhitelist),
    namespaceResourceBlacklist: joined(own.namespaceResourceBlacklist, global.namespaceResourceBlacklist),
    syncWindows: joined(own.syncWindows, global.syncWindows),
    sourceRepos: joined(own.sourceRepos, global.sourceRepos),
    destinations: joined(own.destinations, global.destinations),
    destinationServiceAccounts: joined(own.destinationServiceAccounts, global.destinationServiceAccounts),
  }
}

/** An absent list stays absent when nothing is added: absent and empty differ for namespaceResourceWhitelist. */
function joined<Item>(own: Item[] | undefined, global: Item[] | undefined): Item[] | undefined {
  return own === undefined && (global ?? []).length === 0 ? undefined : [...(own ?? []), ...(global ?? [])]
}
