/** A snapshot of what a server serves, and the maps to look it up. Pure. */
import type { ApiResource, Discovery } from './client.ts'
import { apiVersionOf, type GroupKind } from './object.ts'

/** One group version as discovery read it. `resources` is undefined when it could not be read. */
export interface GroupVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly ApiResource[] | undefined
  /** '' when all is well. A stale group version may have both resources and a failure. */
  readonly failure: string
}

/**
 * `versions` in the server's order of preference within each group. Where one could not be read, the resources of `previous` are kept:
 * an aggregated API server that is down for a minute does not make its kinds disappear.
 */
export function createDiscovery(versions: readonly GroupVersion[], gitVersion: string, previous?: Snapshot): Snapshot {
  const known = versions.map((entry) => ({
    ...entry,
    resources: entry.resources ?? previous?.resourcesOf(entry.group, entry.version) ?? [],
  }))
  const byVersion = new Map<string, ApiResource>()
  const preferred = new Map<string, ApiResource>()
  const preferredPlural = new Map<string, ApiResource>()
  for (const { group, resources } of known) {
    for (const resource of resources) {
      const versionKey = `${group}/${resource.version}/${resource.kind}`
      if (!byVersion.has(versionKey)) byVersion.set(versionKey, resource)
      const kindKey = `${group}/${resource.kind}`
      if (!preferred.has(kindKey)) preferred.set(kindKey, resource)
      const pluralKey = `${group}/${resource.plural}`
      if (!preferredPlural.has(pluralKey)) preferredPlural.set(pluralKey, resource)
    }
  }
  const all = [...preferredPlural.values()]
  const failures = known
    .filter((entry) => entry.failure !== '')
    .map((entry) => ({ groupVersion: apiVersionOf(entry.group, entry.version), message: entry.failure }))
  let apiVersions: readonly string[] | undefined

  return {
    resource: ({ group, kind }: GroupKind, version?: string) =>
      version === undefined ? preferred.get(`${group}/${kind}`) : byVersion.get(`${group}/${version}/${kind}`),
    all: () => all,
    gitVersion,
    apiVersions: () => {
      apiVersions ??= listApiVersions(known)
      return apiVersions
    },
    failures,
    resourcesOf: (group, version) =>
      known.find((entry) => entry.group === group && entry.version === version)?.resources,
  }
}

export interface Snapshot extends Discovery {
  /** What was known of one group version; for keeping it when a later read fails. */
  resourcesOf(group: string, version: string): readonly ApiResource[] | undefined
}

function listApiVersions(
  versions: readonly (GroupVersion & { resources: readonly ApiResource[] })[],
): readonly string[] {
  const names = new Set<string>()
  for (const { group, version, resources } of versions) {
    const apiVersion = apiVersionOf(group, version)
    names.add(apiVersion)
    for (const resource of resources) names.add(`${apiVersion}/${resource.kind}`)
  }
  return Object.freeze([...names].sort())
}
