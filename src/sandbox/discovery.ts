/** What the server serves, as /api, /apis and the group documents tell it; plain and aggregated. Pure. */
import { createHash } from 'node:crypto'
import { groupVersion, type Resource } from './resources.ts'
import type { Data } from './values.ts'

export const GIT_VERSION = 'v1.35.2'

export function versionDocument(): Data {
  return {
    major: '1',
    minor: '35',
    emulationMajor: '1',
    emulationMinor: '35',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '34',
    gitVersion: GIT_VERSION,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'go1.25.0',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
}

/** /api, aggregated: the core group alone. */
export function aggregatedCore(resources: readonly Resource[]): Data {
  return aggregated(resources.filter((resource) => resource.group === ''))
}

/** /apis, aggregated: every other group. */
export function aggregatedGroups(resources: readonly Resource[]): Data {
  return aggregated(resources.filter((resource) => resource.group !== ''))
}

function aggregated(resources: readonly Resource[]): Data {
  const groups = Map.groupBy(resources, (resource) => resource.group)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: [...groups].map(([group, members]) => ({
      metadata: group === '' ? {} : { name: group },
      versions: [...Map.groupBy(members, (resource) => resource.version)].map(([version, list]) => ({
        version,
        resources: list.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  }
}

function aggregatedResource(resource: Resource): Data {
  return {
    resource: resource.plural,
    responseKind: kindWithin(resource, resource),
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: kindWithin(sub, resource),
        verbs: sub.verbs,
      })),
    }),
  }
}

/** Group and version are left out where they are those of the list around it. */
function kindWithin(kind: Pick<Resource, 'group' | 'version' | 'kind'>, around: Resource): Data {
  const isSame = kind.group === around.group && kind.version === around.version
  return { group: isSame ? '' : kind.group, version: isSame ? '' : kind.version, kind: kind.kind }
}

/** /api. */
export function coreVersions(address: string): Data {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  }
}

/** /apis. */
export function groupList(resources: readonly Resource[]): Data {
  const groups = Map.groupBy(
    resources.filter((resource) => resource.group !== ''),
    (resource) => resource.group,
  )
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [...groups].map(([name, members]) => apiGroup(name, members)),
  }
}

/** /apis/GROUP; undefined when there is no such group. */
export function groupDocument(resources: readonly Resource[], group: string): Data | undefined {
  const members = resources.filter((resource) => resource.group === group)
  return members.length === 0 ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, members) }
}

function apiGroup(name: string, members: readonly Resource[]): Data {
  const versions = [...new Set(members.map((resource) => resource.version))]
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }))
  return { name, versions: entries, preferredVersion: entries[0] }
}

/** /api/v1 and /apis/GROUP/VERSION; undefined when there is no such version. */
export function resourceList(resources: readonly Resource[], group: string, version: string): Data | undefined {
  const members = resources.filter((resource) => resource.group === group && resource.version === version)
  const [first] = members
  if (first === undefined) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersion(first),
    resources: members.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.verbs,
        ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
        ...(resource.categories.length > 0 && { categories: resource.categories }),
        ...(isStored(resource) && { storageVersionHash: storageHash(resource, resources) }),
      },
      ...resource.subresources.map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...((sub.group !== resource.group || sub.version !== resource.version) && {
          group: sub.group,
          version: sub.version,
        }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  }
}

function isStored({ verbs, plural }: Resource): boolean {
  return verbs.includes('list') && plural !== 'componentstatuses'
}

/** Clients compare it to see whether objects are kept in another version than before. */
function storageHash(resource: Resource, resources: readonly Resource[]): string {
  const stored =
    resource.custom?.storageVersion ?? resources.find((one) => one.storageKey === resource.storageKey)?.version
  const text = `${resource.group}/${stored ?? resource.version}/${resource.kind}`
  return createHash('sha256').update(text).digest().subarray(0, 8).toString('base64')
}
