/** What Argo CD would refuse in an AppProject. Pure. Source: its project validation. */
import type { AppProject, AppProjectSpec, SyncWindow } from '../../api/appproject.ts'
import { messageOf } from '../../api/errors.ts'
import { compileGlob } from '../../api/glob.ts'
import { roleProblems } from '../access/project-roles.ts'
import { readWindow, windowText } from '../windows/window.ts'

/** One sentence for each problem, with where it is. Empty = valid. */
export function projectProblems({ metadata, spec, ...rest }: AppProject): string[] {
  return [
    ...destinationProblems(spec),
    ...listProblems('sourceNamespaces', spec.sourceNamespaces ?? []),
    ...listProblems('sourceRepos', spec.sourceRepos ?? []),
    ...deniesAll('sourceRepos', spec.sourceRepos ?? []),
    ...roleProblems({ metadata, spec, ...rest }),
    ...windowProblems(spec.syncWindows ?? []),
    ...serviceAccountProblems(spec),
    ...(spec.description !== undefined && spec.description.length > 255 ? ['description is longer than 255'] : []),
  ]
}

function listProblems(name: string, values: readonly string[]): string[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) < index ? [`${name}[${index}]: "${value}" stands there twice`] : [],
  )
}

function deniesAll(name: string, values: readonly (string | undefined)[]): string[] {
  return values.flatMap((value, index) => (value === '!*' ? [`${name}[${index}]: "!*" would deny everything`] : []))
}

function destinationProblems({ destinations = [] }: AppProjectSpec): string[] {
  const keys = destinations.map(({ server, name, namespace }) => `${server || name || ''}/${namespace ?? ''}`)
  return [
    ...(['name', 'server', 'namespace'] as const).flatMap((field) =>
      deniesAll(
        'destinations',
        destinations.map((one) => one[field]),
      ),
    ),
    ...listProblems('destinations', keys),
  ]
}

function windowProblems(windows: readonly SyncWindow[]): string[] {
  const identities = windows.map(
    ({ kind, schedule, duration, applications, namespaces, clusters, timeZone, andOperator }) =>
      JSON.stringify([kind, schedule, duration, applications, namespaces, clusters, timeZone || 'UTC', andOperator]),
  )
  return windows.flatMap((window, index) => {
    const where = `syncWindows[${index}] (${windowText(window)})`
    const selectors = [window.applications, window.namespaces, window.clusters]
    return [
      ...(selectors.every((one) => (one ?? []).length === 0)
        ? [`${where}: it names no application, namespace or cluster`]
        : []),
      ...(window.description.length > 255 ? [`${where}: its description is longer than 255`] : []),
      ...(identities.indexOf(identities[index]!) < index ? [`${where}: it stands there twice`] : []),
      ...unreadable(window, index),
    ]
  })
}

function unreadable(window: SyncWindow, index: number): string[] {
  try {
    return [...readWindow(window, index, true).warnings.map((warning) => `syncWindows[${index}]: ${warning}`)]
  } catch (error) {
    return [messageOf(error)]
  }
}

/** Characters that a server, a namespace or an account of destinationServiceAccounts may not hold. */
const forbidden = /[!,]/

function serviceAccountProblems({ destinationServiceAccounts = [] }: AppProjectSpec): string[] {
  const keys = destinationServiceAccounts.map(({ server, namespace = '' }) => `${server}/${namespace}`)
  return [
    ...destinationServiceAccounts.flatMap(({ server, namespace = '', defaultServiceAccount }, index) => {
      const where = `destinationServiceAccounts[${index}]`
      const bad = [server, namespace].filter((value) => forbidden.test(value) || compileGlob(value) === undefined)
      return [
        ...bad.map((value) => `${where}: "${value}" is no pattern of a server or namespace`),
        ...(/^\s*$|[!*[\]{}\\/]/.test(defaultServiceAccount)
          ? [`${where}: "${defaultServiceAccount}" is no name of a service account`]
          : []),
      ]
    }),
    ...listProblems('destinationServiceAccounts', keys),
  ]
}
